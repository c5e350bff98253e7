"""Putting many leads back into the pool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.core import events
from crm.core.actors import Actor
from leads.choices import OperationKind
from leads.events import LeadsBulkChanged
from leads.models import BulkOperation
from leads.services.assignment import manual_record, require_manager
from leads.services.bulk.locking import LeadRow, lock_agents, lock_rows
from leads.services.bulk.operations import Failure, Selection, begin, carry_out, finish
from leads.services.bulk.writing import write_decisions, write_leads


@dataclass(frozen=True, slots=True)
class BulkUnassigned:
    """The outcome: leads neither unassigned nor refused were in the pool already."""

    operation: BulkOperation
    unassigned: frozenset[UUID]
    failures: Sequence[Failure]


def bulk_unassign(selection: Selection, *, reason: str, actor: Actor) -> BulkUnassigned:
    """Take the leads from their agents, whose places they give back; managers only.

    The number of statements does not depend on how many leads there are.
    """
    require_manager(actor)

    def act() -> BulkUnassigned:
        operation = begin(
            OperationKind.UNASSIGN, selection, actor=actor, action="bulk_unassigned", reason=reason
        )
        leads = lock_rows(selection, actor=actor)
        lock_agents({lead.assigned_agent_id for lead in leads.values() if lead.assigned_agent_id})
        return _unassign(operation, selection, leads, actor)

    return carry_out(act)


def _unassign(
    operation: BulkOperation, selection: Selection, leads: Mapping[UUID, LeadRow], actor: Actor
) -> BulkUnassigned:
    failures = [Failure.missing(lead_id, selection) for lead_id in selection.lead_ids if lead_id not in leads]
    held = [lead_id for lead_id, lead in leads.items() if lead.assigned_agent_id]
    write_leads(held, {"assigned_agent_id": None})
    record: dict[str, Any] = {
        **manual_record(actor, chosen=None, reason=operation.reason), "operation": str(operation.pk)
    }  # fmt: skip
    write_decisions(((lead_id, {"assignment": record}) for lead_id in held), actor=actor.label)
    if held:
        events.publish(LeadsBulkChanged(str(operation.pk), operation.kind, ("assigned_agent",), len(held)))
    finish(operation, changed=len(held), unchanged=len(leads) - len(held), failures=failures)
    return BulkUnassigned(operation, frozenset(held), failures)
