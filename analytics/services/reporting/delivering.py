"""Mailing a report: built once, sent to each recipient apart, tried again where the mail server would not.

A worker holds a delivery by moving `next_attempt_at`; nobody else tries it until then. Who has got the mail is noted
address by address, so that a repetition reaches only those who have not.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from socket import gaierror
from ssl import SSLError
from typing import Any

from django.db.models import F
from django.utils import timezone

from analytics.models.reports import (
    Audience,
    Covered,
    DeliveryStatus,
    ReportDelivery,
    ReportFormat,
    ReportSchedule,
)
from analytics.selectors.reports import ReportSummary, build_report
from analytics.services.reporting import telling
from analytics.services.reporting.files import ReportFile, write_report
from analytics.services.reporting.timing import days_covered
from crm.core import mails
from crm.core.clock import day_bounds
from crm.core.periods import Period

logger = logging.getLogger(__name__)

MAIL_TROUBLE = (SMTPException, ConnectionError, TimeoutError, gaierror, SSLError)
HELD = timedelta(minutes=15)
"""How long one attempt may take; a worker that was killed is given up on after it."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
MOST_ATTEMPTS = len(WAITS) + 1
SWITCHED_OFF = "The schedule was switched off before everybody had got it."
ALL_TAKEN_OUT = "Every address it was for has been taken out of the schedule."


def report_due(schedule: ReportSchedule, due_at: datetime) -> ReportSummary:
    """What `schedule` reports when it is due at `due_at`."""
    start, end = days_covered(Covered(schedule.period), due_at)
    return build_report(Period("report", start, end, day_bounds(end)[1]), schedule.agency)


def deliver(delivery_id: int, *, now: datetime | None = None) -> bool:
    """Try one delivery; False where it was done, is not due yet, is wanted no more, or another worker is at it.

    What fails is tried again after `WAITS`, and is `failed` for good after the last of them.
    """
    delivery = _held(delivery_id, now or timezone.now())
    if delivery is None or not _is_wanted(delivery):
        return False
    try:
        refused = _send(delivery)
    except MAIL_TROUBLE as error:
        _try_again(delivery, _told(error))
    except Exception as error:
        logger.exception("a report was not made", extra={"delivery": delivery.pk})
        _try_again(delivery, f"The report could not be made ({type(error).__name__}); the log says why.")
    else:
        if refused:
            _try_again(
                delivery, f"The mail server refused {refused} of {delivery.recipients_count} addresses."
            )
        else:
            _note(delivery, status=DeliveryStatus.SENT, sent_at=timezone.now(), error="")
    return True


def _held(delivery_id: int, now: datetime) -> ReportDelivery | None:
    waiting = ReportDelivery.objects.to_send(now).filter(pk=delivery_id)
    if not waiting.update(attempts=F("attempts") + 1, next_attempt_at=now + HELD):
        return None
    delivery = ReportDelivery.objects.select_related("schedule__agency").get(pk=delivery_id)
    if delivery.attempts > MOST_ATTEMPTS:
        _note(delivery, status=DeliveryStatus.FAILED, error="Its worker was stopped each time; see the log.")
        return None
    return delivery


def _is_wanted(delivery: ReportDelivery) -> bool:
    """Whether it is to go out as its schedule stands now; notes what has changed since the delivery was made.

    Who was taken out of the schedule gets nothing. Of one that was switched off nobody does, unless a person asked
    for this very delivery.
    """
    schedule = delivery.schedule
    if not (schedule.is_active or delivery.requested_by):
        _note(delivery, status=DeliveryStatus.FAILED, error=SWITCHED_OFF)
        return False
    left = [address for address in delivery.unsent if address in schedule.recipients]
    taken_out = len(delivery.unsent) - len(left)
    if taken_out:
        _note(delivery, unsent=left, recipients_count=delivery.recipients_count - taken_out)
    if not delivery.recipients_count:
        _note(delivery, status=DeliveryStatus.FAILED, error=ALL_TAKEN_OUT)
        return False
    return True


def _send(delivery: ReportDelivery) -> int:
    """Mail it to who has not got it; returns how many addresses were refused."""
    schedule = delivery.schedule
    audience = Audience(schedule.audience)
    summary = report_due(schedule, delivery.due_at)
    files = [write_report(summary, ReportFormat(name), audience) for name in schedule.formats]
    refused = []
    for address in delivery.unsent:
        try:
            mail_report(address, schedule, summary, files)
        except SMTPRecipientsRefused:
            refused.append(address)
        else:
            left = [one for one in delivery.unsent if one != address]
            _note(delivery, unsent=left)
    return len(refused)


def mail_report(
    address: str, schedule: ReportSchedule, summary: ReportSummary, files: list[ReportFile]
) -> None:
    """One mail with the key numbers in it and the files beside it."""
    mails.send(
        to=address,
        subject=f"{schedule.name}: {telling.told_period(summary)}",
        template="report",
        attachments=[(file.name, file.content, file.content_type) for file in files],
        whose=telling.subject_of(summary),
        days=telling.told_period(summary),
        is_empty=summary.is_empty,
        numbers=[
            {
                "title": one.title,
                "value": telling.told(one.value, one.kind),
                "change": telling.told_change(one),
            }
            for one in telling.key_numbers(summary, Audience(schedule.audience))
        ],
        compared=telling.told_comparison(summary),
        generated_at=telling.told_moment(summary.generated_at),
    )


def _try_again(delivery: ReportDelivery, error: str) -> None:
    if delivery.attempts < MOST_ATTEMPTS:
        later = timezone.now() + WAITS[delivery.attempts - 1]
        _note(delivery, next_attempt_at=later, error=error)
    else:
        _note(delivery, status=DeliveryStatus.FAILED, error=error)


def _note(delivery: ReportDelivery, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=list(fields))


def _told(error: Exception) -> str:
    """What went wrong, without anything the server said: it may hold addresses."""
    if isinstance(error, SMTPResponseException):
        return f"The mail server refused the mail with code {error.smtp_code}."
    return f"The mail server could not be reached ({type(error).__name__})."
