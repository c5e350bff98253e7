"""The record of a bulk operation, and the signature that ties the history to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.core import changes
from crm.core.actors import Actor
from crm.core.exceptions import DomainError
from leads.choices import OperationKind, OperationStatus
from leads.exceptions import LeadNotFound
from leads.models import BulkOperation

MOST_LEADS = 10_000
"""What one call may touch."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one lead was left as it was."""

    lead_id: UUID
    code: str
    message: str

    @classmethod
    def of(cls, lead_id: UUID, refusal: DomainError) -> "Failure":
        return cls(lead_id, refusal.code, refusal.message)

    @classmethod
    def not_found(cls, lead_id: UUID) -> "Failure":
        """Also for a lead that exists, where the actor may not know of it."""
        return cls.of(lead_id, LeadNotFound())

    def document(self) -> dict[str, Any]:
        return {"lead_id": str(self.lead_id), "code": self.code, "error": self.message}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which leads an operation is for: ids, each once, and how they came to be chosen (empty where named)."""

    lead_ids: tuple[UUID, ...]
    chosen_by: Mapping[str, Any]

    @classmethod
    def named(cls, lead_ids: Iterable[UUID]) -> "Selection":
        """The leads named, in their order, each once."""
        return cls(tuple(dict.fromkeys(lead_ids)), {})


def begin(
    kind: OperationKind,
    selection: Selection,
    *,
    actor: Actor,
    action: str,
    request: Mapping[str, Any] | None = None,
    reason: str = "",
    undoes: BulkOperation | None = None,
) -> BulkOperation:
    """Record the operation as running and sign the transaction with it. Two statements; needs a transaction."""
    operation = BulkOperation.objects.create(
        kind=kind,
        status=OperationStatus.RUNNING,
        author=actor.label,
        author_user_id=actor.user_id,
        source=actor.source,
        request_id=actor.request_id,
        selection=dict(selection.chosen_by),
        lead_ids=list(selection.lead_ids),
        request=dict(request or {}),
        reason=reason,
        requested_count=len(selection.lead_ids),
        undoes=undoes,
    )
    changes.sign(actor, action=action, reason=reason, operation=operation.pk)
    return operation


def finish(
    operation: BulkOperation,
    *,
    changed: int,
    unchanged: int,
    failures: Iterable[Failure],
    report: Mapping[str, Any] | None = None,
) -> BulkOperation:
    """Record how it went. One statement."""
    refused = [failure.document() for failure in failures]
    operation.status = OperationStatus.COMPLETED
    operation.changed_count, operation.unchanged_count, operation.failed_count = (
        changed,
        unchanged,
        len(refused),
    )
    operation.failures, operation.report = refused, dict(report or {})
    operation.finished_at = timezone.now()
    operation.save(
        update_fields=[
            "status", "changed_count", "unchanged_count", "failed_count", "failures", "report", "finished_at",
        ]
    )  # fmt: skip
    return operation
