"""Schedules of reports: kept by managers, and turned into deliveries when they are due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from analytics.events import ReportScheduleChanged
from analytics.exceptions import ReportDeliveryNotFound, ReportScheduleNotFound
from analytics.models.reports import (
    Audience,
    DeliveryStatus,
    Frequency,
    ReportDelivery,
    ReportSchedule,
)
from analytics.services.reporting.timing import Timing
from crm.core.actors import Actor
from crm.core.clock import business_day, day_bounds
from crm.core.events import publish
from crm.core.exceptions import InvalidInput

EDITABLE = (
    "name", "period", "agency", "audience", "formats", "frequency", "weekday", "day_of_month", "time", "recipients",
    "is_active",
)  # fmt: skip
TIMING = {"frequency", "weekday", "day_of_month", "time", "is_active"}
NAME_TAKEN = "analytics_reportschedule_name_key"
MOST_RECIPIENTS = 50
AT_ONCE = 100
"""Schedules that one claim takes; the next minute takes the others."""
SAME_WISH = timedelta(minutes=1)
"""Who asks once more so soon after it was sent has clicked twice."""


def timing_of(schedule: ReportSchedule) -> Timing:
    """When it goes out."""
    return Timing(Frequency(schedule.frequency), schedule.time, schedule.weekday, schedule.day_of_month)


@transaction.atomic
def create_schedule(*, given: Mapping[str, Any], actor: Actor) -> ReportSchedule:
    """A new schedule of `given` (fields of EDITABLE). Raises InvalidInput."""
    schedule = ReportSchedule(**given, created_by=actor.label)
    _store(schedule)
    publish(ReportScheduleChanged(schedule.pk, "created", actor.label))
    return schedule


@transaction.atomic
def update_schedule(schedule_id: int, *, changes: Mapping[str, Any], actor: Actor) -> ReportSchedule:
    """Change it; a new time holds from now on. Raises ReportScheduleNotFound, InvalidInput."""
    schedule = _locked(schedule_id)
    changed = tuple(name for name in EDITABLE if name in changes and getattr(schedule, name) != changes[name])
    for name in changed:
        setattr(schedule, name, changes[name])
    if changed:
        _store(schedule, is_retimed=not TIMING.isdisjoint(changed))
        publish(ReportScheduleChanged(schedule.pk, "updated", actor.label, changed))
    return schedule


@transaction.atomic
def delete_schedule(schedule_id: int, *, actor: Actor) -> None:
    """Forget one that never sent anything; one that did is switched off instead, which the database holds."""
    _locked(schedule_id).delete()
    publish(ReportScheduleChanged(schedule_id, "deleted", actor.label))


@transaction.atomic
def send_now(schedule_id: int, *, actor: Actor) -> ReportDelivery:
    """A delivery out of turn, about the days before today. Its own time stays. Raises ReportScheduleNotFound.

    One of the same report that still waits, or was asked for and sent within SAME_WISH, is returned in place of a
    second: nobody gets it twice because somebody clicked twice.
    """
    schedule = _locked(schedule_id)
    now = timezone.now()
    delivery = _on_its_way(schedule, now) or _delivery(schedule, now, now)
    if delivery.requested_by:
        return delivery
    delivery.requested_by = actor.label
    delivery.save(update_fields=["requested_by"] if delivery.pk else None)  # the rest is its worker's
    publish(ReportScheduleChanged(schedule.pk, "sent_now", actor.label))
    return delivery


@transaction.atomic
def try_again(schedule_id: int, delivery_id: int, *, actor: Actor) -> ReportDelivery | None:
    """Let a delivery that failed be tried from the beginning, for those who have not got it; None if it did not fail.

    From then on it is `actor` who asked for it, so that it goes out where its schedule is switched off, too.
    Raises ReportDeliveryNotFound.
    """
    deliveries = ReportDelivery.objects.select_for_update()
    delivery = deliveries.filter(pk=delivery_id, schedule_id=schedule_id).first()
    if delivery is None:
        raise ReportDeliveryNotFound
    if delivery.status != DeliveryStatus.FAILED:
        return None
    delivery.status, delivery.attempts, delivery.next_attempt_at = DeliveryStatus.WAITING, 0, timezone.now()
    delivery.requested_by = actor.label
    delivery.save(update_fields=["status", "attempts", "next_attempt_at", "requested_by"])
    publish(ReportScheduleChanged(schedule_id, "tried_again", actor.label))
    return delivery


@transaction.atomic
def claim_due(now: datetime) -> list[ReportDelivery]:
    """Make a delivery of each schedule that is due, and set its next time, in one transaction.

    Rows that another worker is at are passed over. However long nobody was there, only the last time that was
    missed is made up for.
    """
    due = ReportSchedule.objects.due(now).order_by("next_run").select_for_update(skip_locked=True)
    schedules = list(due[:AT_ONCE])
    deliveries = []
    for schedule in schedules:
        timing = timing_of(schedule)
        last = max(timing.last_until(now), schedule.next_run or now)
        deliveries.append(_delivery(schedule, last, now))
        schedule.next_run = timing.next_after(now)
    ReportDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    ReportSchedule.objects.bulk_update(schedules, ["next_run"])
    return deliveries


def deliveries_to_send(now: datetime) -> list[int]:
    """The deliveries that somebody should try now, the longest waiting first."""
    waiting = ReportDelivery.objects.to_send(now).order_by("next_attempt_at")
    return list(waiting.values_list("pk", flat=True)[:AT_ONCE])


def _on_its_way(schedule: ReportSchedule, now: datetime) -> ReportDelivery | None:
    """The delivery of what would go out now: about the same days, and of the schedule as it stands."""
    since = max(schedule.updated_at, day_bounds(business_day(now))[0])
    waits_or_just_sent = Q(status=DeliveryStatus.WAITING) | Q(
        requested_by__gt="", sent_at__gt=now - SAME_WISH
    )
    return ReportDelivery.objects.filter(waits_or_just_sent, schedule=schedule, due_at__gte=since).first()


def _delivery(schedule: ReportSchedule, due_at: datetime, now: datetime) -> ReportDelivery:
    return ReportDelivery(
        schedule=schedule,
        due_at=due_at,
        status=DeliveryStatus.WAITING,
        recipients_count=len(schedule.recipients),
        unsent=list(schedule.recipients),
        next_attempt_at=now,
    )


def _locked(schedule_id: int) -> ReportSchedule:
    schedule = ReportSchedule.objects.select_for_update().filter(pk=schedule_id).first()
    if schedule is None:
        raise ReportScheduleNotFound
    return schedule


def _store(schedule: ReportSchedule, *, is_retimed: bool = True) -> None:
    _check(schedule)
    if is_retimed:  # else what is due at this moment would be missed
        schedule.next_run = timing_of(schedule).next_after(timezone.now()) if schedule.is_active else None
    try:
        schedule.full_clean()
        with transaction.atomic():
            schedule.save()
    except ValidationError as error:
        told = {name: list(sentences) for name, sentences in error.message_dict.items()}
        raise InvalidInput("The schedule cannot be kept as it is.", **told) from None
    except IntegrityError as error:
        if NAME_TAKEN not in str(error):
            raise
        sentence = "Another schedule has this name already."
        raise InvalidInput(sentence, name=[sentence]) from None


def _check(schedule: ReportSchedule) -> None:
    schedule.name = " ".join(schedule.name.split())  # it becomes a line of the mail's head
    schedule.recipients = list(dict.fromkeys(one.strip().lower() for one in schedule.recipients))
    schedule.formats = list(dict.fromkeys(schedule.formats))
    problems = {
        "formats": "Choose at least one." if not schedule.formats else "",
        "recipients": _problem_of_recipients(len(schedule.recipients)),
        "agency": "Choose the agency whose copy this is."
        if schedule.audience == Audience.AGENCY and schedule.agency is None
        else "",
    }
    told = {name: [sentence] for name, sentence in problems.items() if sentence}
    if told:
        raise InvalidInput(" ".join(sentences[0] for sentences in told.values()), **told)


def _problem_of_recipients(number: int) -> str:
    if not number:
        return "Name at least one address."
    return f"At most {MOST_RECIPIENTS} addresses; use a mailing list." if number > MOST_RECIPIENTS else ""
