"""Reports that go out by mail, and what became of each."""

from collections.abc import Iterable
from datetime import datetime, time

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from agencies.models import Agency
from crm.core.clock import business_zone


class ReportFormat(models.TextChoices):
    """The files a report is written as."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "Excel (XLSX)"
    CSV = "csv", "CSV"


class Audience(models.TextChoices):
    """Who reads it. An agency is shown its own leads, and neither money nor agents."""

    STAFF = "staff", "Us: everything"
    AGENCY = "agency", "The agency: without revenue, CPA and agents"


class Frequency(models.TextChoices):
    """How often a report goes out."""

    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"


class Weekday(models.IntegerChoices):
    """As `date.weekday()` counts."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Covered(models.TextChoices):
    """Which whole days a mailed report is about, seen from the day it is due."""

    DAY = "day", "The day before"
    WEEK = "week", "The 7 days before"
    MONTH_TO_DATE = "month_to_date", "The month until the day before"
    MONTH = "month", "The calendar month before"
    QUARTER = "quarter", "The calendar quarter before"
    YEAR = "year", "The calendar year before"


class DeliveryStatus(models.TextChoices):
    """What became of one mailing."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class ReportScheduleQuerySet(QuerySet["ReportSchedule"]):
    """Which schedules."""

    def due(self, at: datetime) -> "ReportScheduleQuerySet":
        """Those switched on whose time has come at `at`."""
        return self.filter(is_active=True, next_run__lte=at)


class ReportSchedule(models.Model):
    """One row is one report that goes out by mail at a time of the business's clock."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100, unique=True, help_text="Also the subject of the mail.")

    period = models.CharField(max_length=20, choices=Covered, default=Covered.WEEK)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="report_schedules",
        help_text="Narrows the report to one agency.",
    )
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.STAFF)
    formats = ArrayField(models.CharField(max_length=10, choices=ReportFormat))

    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.WEEKLY)
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    day_of_month = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="1 to 31; in a shorter month its last day.",
    )
    time = models.TimeField(default=time(7), help_text="Of the business's clock.")

    recipients = ArrayField(models.EmailField())
    is_active = models.BooleanField("active", default=True)
    next_run = models.DateTimeField(null=True, editable=False)

    created_by = models.CharField(max_length=254, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReportScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(day_of_month__range=(1, 31)), name="analytics_schedule_day_of_month"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="analytics_schedule_weekday"),
            models.CheckConstraint(
                condition=Q(audience=Audience.STAFF) | Q(agency__isnull=False),
                name="analytics_schedule_agency_of_audience",
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(next_run__isnull=False), name="analytics_schedule_next_run"
            ),
        ]
        indexes = [
            models.Index(fields=["next_run"], name="analytics_schedule_due", condition=Q(is_active=True))
        ]

    def __str__(self) -> str:
        return self.name


class ReportDeliveryQuerySet(QuerySet["ReportDelivery"]):
    """Which mailings."""

    def to_send(self, at: datetime) -> "ReportDeliveryQuerySet":
        """Those to be tried at `at`; one that is being sent is held until `next_attempt_at`."""
        return self.filter(status=DeliveryStatus.WAITING, next_attempt_at__lte=at)

    def last_of(self, schedules: Iterable[ReportSchedule]) -> dict[int, "ReportDelivery"]:
        """The last mailing of each schedule that has one. One statement."""
        last = self.filter(schedule__in=schedules).order_by("schedule_id", "-due_at").distinct("schedule_id")
        return {one.schedule_id: one for one in last}


class ReportDelivery(models.Model):
    """One row is one mailing of a schedule. It is kept; addresses only until they have got their mail."""

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="deliveries")
    due_at = models.DateTimeField(help_text="The report is about the days before this one.")
    requested_by = models.CharField(max_length=254, blank=True, help_text="Empty: the schedule's own time.")

    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.WAITING)
    recipients_count = models.PositiveSmallIntegerField()
    unsent = ArrayField(models.EmailField(), help_text="Who has not got it yet.")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = ReportDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "report deliveries"
        ordering = ["-due_at"]
        get_latest_by = "due_at"
        constraints = [  # its index also finds the last one of a schedule
            models.UniqueConstraint(fields=["schedule", "due_at"], name="analytics_delivery_once"),
            models.CheckConstraint(
                condition=~Q(status=DeliveryStatus.SENT) | Q(sent_at__isnull=False, unsent=[]),
                name="analytics_delivery_sent_to_all",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="analytics_delivery_waiting",
                condition=Q(status=DeliveryStatus.WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.schedule} of {self.due_at.astimezone(business_zone()):%Y-%m-%d %H:%M}"

    @property
    def sent_count(self) -> int:
        """How many have got it."""
        return self.recipients_count - len(self.unsent)
