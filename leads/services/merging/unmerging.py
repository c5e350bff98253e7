"""Taking a merge back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from crm.core.actors import Actor
from leads.exceptions import LeadNotFound
from leads.models import BulkOperation, Lead, LeadChange
from leads.services.bulk.undoing import undo_operation
from leads.services.merging.checking import require_manager
from leads.services.merging.exceptions import MergedWithoutOperation, NotMerged


@dataclass(frozen=True, slots=True)
class Unmerged:
    """The outcome. What a guard or a later change kept from going back is in the undo's record."""

    undo: BulkOperation
    lead_id: UUID
    lead_ids: Sequence[UUID]


@transaction.atomic
def unmerge_lead(lead_id: UUID, *, actor: Actor, reason: str = "") -> Unmerged:
    """Undo the operation that merged this lead: all that it merged at once comes apart; managers only.

    Raises LeadNotFound, NotMerged, MergedWithoutOperation.
    """
    require_manager(actor)
    lead = Lead.objects.visible_to(actor).filter(pk=lead_id).first()
    if lead is None:
        raise LeadNotFound
    if lead.merged_into_id is None:
        raise NotMerged(lead_id)
    together = merged_together(lead)
    undo = undo_operation(merging_operation(lead), actor=actor, reason=reason)
    apart = Lead.objects.among(together).filter(merged_into=None).order_by("pk")
    return Unmerged(undo, lead_id, list(apart.values_list("pk", flat=True)))


def merged_together(lead: Lead) -> list[UUID]:
    """The leads that the operation which merged this one merged into the same lead; they come apart together."""
    merging = LeadChange.objects.filter(operation=merging_operation(lead), changes__has_key="merged_into_id")
    found = Lead.objects.among(merging.values_list("lead_id", flat=True)).filter(
        merged_into=lead.merged_into_id
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def merging_operation(lead: Lead) -> UUID:
    """The operation that tied this lead to the one it is merged into: a merge, or an undo that brought one back."""
    merging = LeadChange.objects.filter(lead_id=lead.pk, changes__has_key="merged_into_id")
    operation = merging.order_by("-id").values_list("operation", flat=True).first()
    if operation is None:
        raise MergedWithoutOperation(lead.pk)
    return operation
