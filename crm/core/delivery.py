"""Delivery of the outbox."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from crm.core.events import receivers_of
from crm.core.models import OutboxEvent

logger = logging.getLogger(__name__)

BATCH = 500
KEPT = timedelta(days=7)
DELIVERY_LOCK = 20_260_001  # one deliverer at a time keeps the order per key; any other leaves at once
FIRST_DELAY = timedelta(seconds=5)  # doubled by every failure
LONGEST_DELAY = timedelta(hours=1)
MAX_ATTEMPTS = 30  # about a day


def deliver_waiting(*, when_busy: Callable[[], object] | None = None) -> int:
    """Deliver what waits, in order; returns how many events were delivered.

    An event whose receiver fails is tried again later, and holds back later events of its own key only; after
    `MAX_ATTEMPTS` it is set aside. `when_busy` is called if another deliverer is at work: that one may have
    read its last batch already.
    """
    began = timezone.now()  # what fails in this run is due after it: its key is held to the end of the run
    delivered = 0
    failed_keys: set[str] = set()
    after = 0
    while True:
        with transaction.atomic():
            if not _is_only_deliverer():
                if when_busy is not None:
                    when_busy()
                return delivered
            batch = list(OutboxEvent.objects.due(began).filter(id__gt=after).order_by("id")[:BATCH])
            if not batch:
                return delivered
            done = [
                event.pk
                for event in batch
                if event.key not in failed_keys and _is_delivered(event, failed_keys)
            ]
            OutboxEvent.objects.filter(pk__in=done).update(delivered_at=timezone.now(), last_error="")
            delivered += len(done)
            after = batch[-1].pk


def prune_delivered() -> int:
    """Delete events delivered more than seven days ago; returns how many."""
    return OutboxEvent.objects.filter(delivered_at__lt=timezone.now() - KEPT).delete()[0]


def _is_only_deliverer() -> bool:
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [DELIVERY_LOCK])
        return bool(cursor.fetchone()[0])


def _is_delivered(event: OutboxEvent, failed_keys: set[str]) -> bool:
    try:
        for receiver in receivers_of(event.topic):
            with transaction.atomic():
                receiver(event)
    except Exception as error:  # a receiver is another app's code: whatever it raises, the others go on
        logger.exception("event not delivered", extra={"event_id": event.pk, "topic": event.topic})
        _note_failure(event, error)
        if event.failed_at is None:
            failed_keys.add(event.key)
        return False
    return True


def _note_failure(event: OutboxEvent, error: Exception) -> None:
    now = timezone.now()
    doublings = min(event.attempts, MAX_ATTEMPTS)
    event.attempts += 1
    event.last_error = type(error).__name__
    if event.attempts >= MAX_ATTEMPTS:
        event.failed_at = now
        logger.error("event set aside", extra={"event_id": event.pk, "topic": event.topic})
    else:
        event.next_attempt_at = now + min(FIRST_DELAY * 2**doublings, LONGEST_DELAY)
    event.save(update_fields=["attempts", "last_error", "next_attempt_at", "failed_at"])
