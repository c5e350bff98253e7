"""What an agency was worth, as it was judged on a day."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from agencies.models import Agency


class Grade(models.TextChoices):
    """From best to worst; C is as expected."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    F = "F"


class AgencyGrade(models.Model):
    """One row is one agency's grade and insights of one business day, with all that they were made from.

    The row of the day that is running is made anew while leads change; those of days gone by stay as they are.
    `document` is described in docs/agency-grades.md.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="grades", db_index=False)
    day = models.DateField(help_text="The business day it was made on.")
    made_at = models.DateTimeField(default=timezone.now)
    grade = models.CharField(max_length=1, choices=Grade, blank=True, help_text="Empty with too few leads.")
    score = models.FloatField(null=True, help_text="0 to 100, 50 is as expected; null with too few leads.")
    version = models.PositiveSmallIntegerField(help_text="Of the rules that made it.")
    document = models.JSONField()

    class Meta:
        ordering = ["-day", "agency"]
        get_latest_by = "day"
        constraints = [  # its index also finds an agency's newest
            models.UniqueConstraint(fields=["agency", "day"], name="analytics_grade_once_a_day"),
            models.CheckConstraint(
                condition=Q(grade="", score__isnull=True) | Q(grade__in=Grade.values, score__range=(0, 100)),
                name="analytics_grade_has_score",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.grade or 'ungraded'}, {self.day}"
