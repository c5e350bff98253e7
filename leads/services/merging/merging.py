"""Merging leads that are one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.core import events
from crm.core.actors import Actor
from leads.choices import Disposition, OperationKind
from leads.events import LeadsBulkChanged
from leads.exceptions import InvalidInput
from leads.models import BulkOperation, Lead
from leads.services.bulk.operations import Selection, begin, finish
from leads.services.bulk.writing import write_decisions, write_leads
from leads.services.fields import DECIDED, SCORED
from leads.services.intake import IntakeContext, duplicate_refusal, rescore
from leads.services.merging.checking import leads_to_merge
from leads.services.merging.children import counted, take_children, verdict
from leads.services.merging.picking import pick_values


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome; `moved` counts the rows of each table that the kept lead took over."""

    operation: BulkOperation
    kept_id: UUID
    lead_ids: Sequence[UUID]
    moved: Mapping[str, int]


def merge_leads(
    kept_id: UUID,
    lead_ids: Sequence[UUID],
    *,
    actor: Actor,
    fields: Mapping[str, UUID] | None = None,
    reason: str = "",
) -> Merged:
    """Merge leads into the one to keep; managers only.

    The kept lead takes over fields (`fields` names the lead for those not to be picked by rule) and all that hangs on
    the others; these become duplicates. Its disposition, agent, agency and money stay. Undoing the operation takes all
    of it back. The number of statements does not depend on how many leads there are.
    Raises what `leads_to_merge` does, InvalidInput for a field, DuplicateLead where another lead stands for the person.
    """
    kept = Lead()
    try:
        with transaction.atomic():
            kept, *others = leads_to_merge(kept_id, lead_ids, actor=actor, is_locking=True)
            return _merge(kept, others, fields or {}, actor=actor, reason=reason)
    except IntegrityError as error:
        raise (duplicate_refusal(error, kept, actor) or error) from None


def _merge(
    kept: Lead, others: Sequence[Lead], choices: Mapping[str, UUID], *, actor: Actor, reason: str
) -> Merged:
    taken = _taken_values(kept, others, choices)
    merged = [lead.pk for lead in others]
    operation = begin(
        OperationKind.MERGE,
        Selection.named([kept.pk, *merged]),
        actor=actor,
        action="merged",
        request={"kept": str(kept.pk), "fields": {name: str(lead_id) for name, lead_id in choices.items()}},
        reason=reason,
    )
    # Duplicates are compared with nobody, so the kept lead may have their contacts once they are marked.
    write_leads(
        merged,
        {
            "disposition": Disposition.DUPLICATE,
            "disposition_reason": "Merged into another lead",
            "merged_into_id": kept.pk,
        },
    )
    children = take_children(kept.pk, merged)
    record = verdict(kept.pk, merged, operation=operation.pk, reason=reason)
    decided = _take_over(kept, taken)
    write_decisions(
        [(kept.pk, {**record, **decided}), *((lead_id, record) for lead_id in merged)], actor=actor.label
    )
    _finish(operation, merged, taken, children)
    return Merged(operation, kept.pk, merged, counted(children))


def _taken_values(kept: Lead, others: Sequence[Lead], choices: Mapping[str, UUID]) -> dict[str, Any]:
    """What the kept lead does not hold yet."""
    picked = {
        name: value
        for pick in pick_values([kept, *others], choices)
        for name, value in pick.result.items()
        if getattr(kept, name) != value
    }
    if not (picked.get("phone", kept.phone) or picked.get("email", kept.email)):
        message = "A lead keeps a phone number or an e-mail address; choose a lead that has one."
        raise InvalidInput(f"fields: {message}", fields=[message])
    return picked


def _take_over(kept: Lead, taken: dict[str, Any]) -> dict[str, Any]:
    """Write the values, with deadline and score anew where they follow from them; returns what was decided."""
    for name, value in taken.items():
        setattr(kept, name, value)
    decided: dict[str, Any] = {}
    if SCORED & taken.keys():
        decided = rescore(kept, IntakeContext.load([kept.accident_state or kept.state]))
        taken |= {name: getattr(kept, name) for name in DECIDED}
    if taken:
        write_leads([kept.pk], taken)
    return decided


def _finish(
    operation: BulkOperation, merged: Sequence[UUID], taken: Mapping[str, Any], children: Mapping[str, Any]
) -> None:
    changed = len(merged) + bool(taken)
    fields = sorted({"disposition", "disposition_reason", "merged_into", *taken})
    events.publish(LeadsBulkChanged(str(operation.pk), operation.kind, tuple(fields), changed))
    finish(
        operation,
        changed=changed,
        unchanged=operation.requested_count - changed,
        failures=(),
        report={"moved": {"kept": operation.request["kept"], "is_merging": True, "children": children}},
    )
