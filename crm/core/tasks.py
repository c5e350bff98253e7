"""The platform's background jobs."""

from celery import shared_task

from crm.core import delivery, idempotency


@shared_task
def deliver_events() -> int:
    """Deliver the outbox; beat repeats it, so an event survives the loss of any broker message."""
    return delivery.deliver_waiting()


@shared_task
def prune_records() -> int:
    """Drop delivered events and idempotency records past their time."""
    return delivery.prune_delivered() + idempotency.prune_expired()
