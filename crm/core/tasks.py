"""The platform's background jobs."""

from functools import partial
from typing import Any

from celery import shared_task
from django.core.cache import cache

from crm.core import delivery, generations, heartbeat, idempotency
from crm.core.services import invitations, passwords, sessions

MAIL_TASK: dict[str, Any] = {
    "autoretry_for": (OSError,),
    "retry_backoff": True,
    "retry_backoff_max": 600,
    "max_retries": 10,
}


WOKEN = "outbox-woken"
WOKEN_SECONDS = 5  # beat's own interval: a message that got lost is not waited for any longer


BUSY_SECONDS = 1  # then the deliverer at work has gone, or goes on with what we came for


def wake_delivery(*, countdown: int = 0) -> None:
    """Have the outbox delivered now, unless a delivery that will see all of it waits already."""
    if cache.add(WOKEN, 1, timeout=WOKEN_SECONDS):
        deliver_events.apply_async(retry=False, expires=30, countdown=countdown)


@shared_task
def deliver_events() -> int:
    """Deliver the outbox; beat repeats it, so an event survives the loss of any broker message."""
    heartbeat.beat()
    cache.delete(WOKEN)  # before the first read: what commits from here on wakes the next delivery
    return delivery.deliver_waiting(when_busy=partial(wake_delivery, countdown=BUSY_SECONDS))


@shared_task
def fold_generation_steps() -> int:
    """Fold what changes appended, so that cached reads find few rows; nothing but their speed depends on it."""
    return generations.fold_steps()


@shared_task
def prune_records() -> int:
    """Drop delivered events, idempotency records and sign-ins past their time."""
    return delivery.prune_delivered() + idempotency.prune_expired() + sessions.prune_sessions()


@shared_task(**MAIL_TASK)
def mail_invitation(invitation_id: int) -> None:
    """Mail the link of an invitation; tries for about an hour."""
    invitations.mail_invitation(invitation_id=invitation_id)


@shared_task(**MAIL_TASK)
def mail_code(email: str) -> None:
    """Mail the code of a forgotten password; tries for about an hour."""
    passwords.mail_code(email=email)
