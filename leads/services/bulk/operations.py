"""The record of a bulk operation, and the signature that ties the history to it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.core import changes
from crm.core.actors import Actor
from crm.core.choices import Source
from crm.core.exceptions import DomainError
from leads.choices import OperationKind, OperationStatus
from leads.exceptions import LeadNotFound, LeadsContended, LeadStrayed
from leads.models import BulkOperation
from leads.querysets import LeadQuerySet
from leads.services.assignment import capacity_refusal
from leads.services.intake import guarded_twin

MOST_LEADS = 10_000
"""What one call may touch."""
TRIES = 3
Done = TypeVar("Done")


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

    @classmethod
    def missing(cls, lead_id: UUID, selection: "Selection") -> "Failure":
        """For a lead of the selection that is not among those locked."""
        return cls.not_found(lead_id) if selection.narrow is None else cls.of(lead_id, LeadStrayed())

    def document(self) -> dict[str, Any]:
        return {"lead_id": str(self.lead_id), "code": self.code, "error": self.message}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which leads an operation is for: ids, each once, and how they came to be chosen (empty where named).

    `narrow` is asked again once the leads are locked: what changed since it was chosen may fit no longer.
    """

    lead_ids: tuple[UUID, ...]
    chosen_by: Mapping[str, Any]
    narrow: Callable[[LeadQuerySet], LeadQuerySet] | None = None

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
    """Record the operation as running and sign the transaction with it. Two statements; needs a transaction.

    The record keeps the path the call came by. History says `bulk` of what came by the API, and keeps any other
    path (admin, command): that a bulk operation did it, its id there tells anyway.
    """
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
    signer = replace(actor, source=Source.BULK) if actor.source == Source.API else actor
    changes.sign(signer, action=action, reason=reason, operation=operation.pk)
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


def carry_out(act: Callable[[], Done]) -> Done:
    """What `act` returns, done in one transaction.

    A guard of the database may still refuse what `act` had found in order: the same person came in at that very
    moment, in a transaction that had not ended. `act` is then undone and done anew, and sees it. Raises LeadsContended
    where that happens again and again.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return act()
        except IntegrityError as error:
            if guarded_twin(error) is None and capacity_refusal(error) is None:
                raise
    raise LeadsContended
