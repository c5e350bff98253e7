"""Delivery of the outbox."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.core.events import receivers_of
from crm.core.models import OutboxEvent

logger = logging.getLogger(__name__)

BATCH = 500
KEPT = timedelta(days=7)
DELIVERY_LOCK = 20_260_001  # one deliverer at a time keeps the order per key; any other leaves at once


def deliver_waiting() -> int:
    """Deliver what waits, in order; returns how many events were delivered.

    An event whose receiver fails stays, with its error, and holds back later events of its own key only.
    """
    delivered = 0
    failed_keys: set[str] = set()
    after = 0
    while True:
        with transaction.atomic():
            if not _is_only_deliverer():
                return delivered
            batch = list(
                OutboxEvent.objects.filter(delivered_at__isnull=True, id__gt=after).order_by("id")[:BATCH]
            )
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
        failed_keys.add(event.key)
        OutboxEvent.objects.filter(pk=event.pk).update(
            attempts=F("attempts") + 1, last_error=type(error).__name__
        )
        return False
    return True
