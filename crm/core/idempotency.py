"""Acting once on a request that is sent twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.core.exceptions import DomainError
from crm.core.models import IdempotencyRecord

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of an answer."""

    status: int
    body: Any
    location: str = ""


class IdempotencyMismatch(DomainError):
    """The key was used before with another request."""

    code = "idempotency_mismatch"


def answer_once(*, caller: str, key: str, fingerprint: str, act: Callable[[], Answer]) -> tuple[Answer, bool]:
    """`act()`'s answer, and whether it is a repeated one.

    The record and what `act` writes commit together. A second request with the same key waits for the
    first one's commit and then gets its answer. `act` must roll its own failures back before it returns.
    """
    with transaction.atomic():
        IdempotencyRecord.objects.filter(
            caller=caller, key=key, created_at__lt=timezone.now() - KEPT
        ).delete()
        record = IdempotencyRecord(caller=caller, key=key, fingerprint=fingerprint)
        IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
        record = IdempotencyRecord.objects.select_for_update().get(caller=caller, key=key)
        if record.fingerprint != fingerprint:
            raise IdempotencyMismatch(
                "This Idempotency-Key was used with another request; use a new key for a new request."
            )
        if record.answer is not None:
            return Answer(record.status, record.answer, record.location), True
        answer = act()
        record.status, record.answer, record.location = answer.status, answer.body, answer.location
        record.save(update_fields=["status", "answer", "location"])
        return answer, False


def prune_expired() -> int:
    """Delete records past their 24 hours; returns how many."""
    return IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
