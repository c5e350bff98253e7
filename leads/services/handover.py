"""Handing on the open leads of somebody who stops working them."""

from uuid import UUID

from django.db import transaction

from crm.core import events
from crm.core.actors import Actor
from crm.core.models import User
from leads.choices import OperationKind
from leads.events import LeadsBulkChanged
from leads.exceptions import AgentUnavailable, LeadsContended, TooFewPlaces
from leads.models import BulkOperation, Lead
from leads.services.assignment import manual_record
from leads.services.bulk import operations
from leads.services.bulk.locking import lock_agents
from leads.services.bulk.writing import write_decisions

ATTEMPTS = 20  # where leads keep coming in while their agent's row is waited for


@transaction.atomic
def hand_over(agent: User, *, actor: Actor, successor: User | None = None) -> BulkOperation | None:
    """Give the agent's open leads to `successor`, else back to the pool: all or none, in one operation.

    A constant number of statements; the agent's row stays locked, so that no further lead comes in before
    the caller's change of it. None where there was no open lead. Raises TooFewPlaces, AgentUnavailable, LeadsContended.
    """
    lead_ids, successor = _hold(agent, successor)
    if successor and len(lead_ids) > successor.open_slots:
        raise TooFewPlaces(successor.email, needed=len(lead_ids), available=successor.open_slots)
    if not lead_ids:
        return None
    reason = f"{agent.email} no longer works leads"
    operation = operations.begin(
        OperationKind.HANDOVER,
        operations.Selection(tuple(lead_ids), {"open_leads_of": agent.email}),
        actor=actor,
        action="handed_over",
        request={"agent": agent.email, "reassign_to": successor.email if successor else None},
        reason=reason,
    )
    Lead.objects.among(lead_ids).update(assigned_agent=successor)
    _record(lead_ids, operation, actor=actor, chosen=successor.email if successor else None)
    events.publish(
        LeadsBulkChanged(
            operation_id=str(operation.pk),
            kind=operation.kind,
            fields=("assigned_agent",),
            count=len(lead_ids),
        )
    )
    return operations.finish(operation, changed=len(lead_ids), unchanged=0, failures=())


def _hold(agent: User, successor: User | None) -> tuple[list[UUID], User | None]:
    """Lock the open leads and then both people, the order of every write of a lead; the successor as it is now.

    A lead that came in until the agent's row was held may not be locked after it: all is let go and locked anew.
    """
    held = Lead.objects.open().filter(assigned_agent=agent).order_by("pk").values_list("pk", flat=True)
    for _ in range(ATTEMPTS):
        savepoint = transaction.savepoint()
        lead_ids = list(held.select_for_update(no_key=True))
        locked_successor = _lock(agent, successor)
        if list(held.all()) == lead_ids:
            transaction.savepoint_commit(savepoint)
            return lead_ids, locked_successor
        transaction.savepoint_rollback(savepoint)
    raise LeadsContended


def _lock(agent: User, successor: User | None) -> User | None:
    """Hold both rows; the successor as it is now."""
    locked = lock_agents(one.pk for one in (agent, successor) if one)
    if successor is None:
        return None
    if not locked[successor.pk].takes_leads:
        raise AgentUnavailable("reassign_to", successor.email)
    return locked[successor.pk]


def _record(lead_ids: list[UUID], operation: BulkOperation, *, actor: Actor, chosen: str | None) -> None:
    by_hand = manual_record(actor, chosen=chosen, reason=operation.reason)
    record = {**by_hand, "strategy": "handover", "operation": str(operation.pk)}
    write_decisions(((lead_id, {"assignment": record}) for lead_id in lead_ids), actor=actor.label)
