"""Giving leads to agents. Capacity is the database's promise: leads/sql/0003_capacity.sql refuses one too many."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.core import changes, events
from crm.core.actors import Actor
from crm.core.models import User
from leads.events import LeadAssigned
from leads.exceptions import AgentUnavailable, CapacityExceeded, LeadNotAssigned, LeadNotFound, NotAllowed
from leads.models import Decision, Lead

CAPACITY_GUARD = "leads_capacity_exceeded"


@dataclass(frozen=True, slots=True)
class Assigned:
    """The outcome of giving a lead to an agent."""

    lead: Lead
    agent: User
    previous_agent: User | None
    at: datetime | None


def assign_lead(
    lead_id: UUID, *, agent_email: str, actor: Actor, priority: str | None = None, notes: str = ""
) -> Assigned:
    """Give a lead to an agent by hand; managers only. Raises CapacityExceeded, AgentUnavailable, LeadNotFound."""
    return _give(
        lead_id,
        email=agent_email,
        field="agent_email",
        action="assigned",
        reason=notes,
        actor=actor,
        priority=priority,
    )


def reassign_lead(lead_id: UUID, *, new_agent: str, reason: str, actor: Actor, notes: str = "") -> Assigned:
    """As `assign_lead`, for a lead that has an agent; the reason is kept in the history."""
    why = f"{reason}: {notes}" if notes else reason
    return _give(lead_id, email=new_agent, field="new_agent", action="reassigned", reason=why, actor=actor)


@transaction.atomic
def unassign_lead(lead_id: UUID, *, reason: str, actor: Actor) -> Lead:
    """Put a lead back into the pool; managers only. A lead without agent stays as it is."""
    require_manager(actor)
    lead = locked_lead(lead_id, actor)
    previous = lead.assigned_agent_id
    if previous is None:
        return lead
    changes.sign(actor, action="unassigned", reason=reason)
    lead.assigned_agent = None
    lead.save(update_fields=["assigned_agent"])
    _record(lead, actor, chosen=None, reason=reason)
    events.publish(
        LeadAssigned(lead_id=str(lead.pk), agent_id=None, previous_agent_id=previous, actor=actor.label)
    )
    lead.refresh_from_db()
    return lead


def locked_lead(lead_id: UUID, actor: Actor) -> Lead:
    """The lead, locked until the transaction ends; LeadNotFound where the actor may not know of it."""
    visible = Lead.objects.visible_to(actor).select_for_update(no_key=True, of=("self",))
    lead: Lead | None = visible.filter(pk=lead_id).first()
    if lead is None:
        raise LeadNotFound
    return lead


def capacity_refusal(error: IntegrityError) -> CapacityExceeded | None:
    """What the database's capacity guard said, if that is what went wrong."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None or diagnosis.constraint_name != CAPACITY_GUARD:
        return None
    return CapacityExceeded(diagnosis.message_detail)


def _give(
    lead_id: UUID,
    *,
    email: str,
    field: str,
    action: str,
    reason: str,
    actor: Actor,
    priority: str | None = None,
) -> Assigned:
    require_manager(actor)
    try:
        with transaction.atomic():
            lead = locked_lead(lead_id, actor)
            agent = _active_agent(email, field)
            previous = lead.assigned_agent
            if action == "reassigned" and previous is None:
                raise LeadNotAssigned
            if previous != agent or (priority and priority != lead.priority):
                changes.sign(actor, action=action, reason=reason)
                _write(lead, agent, actor=actor, reason=reason, priority=priority)
            lead.refresh_from_db()
            agent.refresh_from_db(fields=["capacity", "max_capacity", "is_active", "role"])
            if not agent.takes_leads:  # left meanwhile: the write waited for it
                raise AgentUnavailable(field, email)
            return Assigned(lead=lead, agent=agent, previous_agent=previous, at=lead.assigned_at)
    except IntegrityError as error:
        raise (capacity_refusal(error) or error) from None


def _write(lead: Lead, agent: User, *, actor: Actor, reason: str, priority: str | None) -> None:
    previous_id = lead.assigned_agent_id
    lead.assigned_agent = agent
    lead.priority = priority or lead.priority
    lead.save(update_fields=["assigned_agent", "priority"])
    _record(lead, actor, chosen=agent.email, reason=reason)
    events.publish(
        LeadAssigned(
            lead_id=str(lead.pk), agent_id=agent.pk, previous_agent_id=previous_id, actor=actor.label
        )
    )


def _record(lead: Lead, actor: Actor, *, chosen: str | None, reason: str) -> None:
    document = {"assignment": manual_record(actor, chosen=chosen, reason=reason)}
    Decision.objects.create(lead_id=lead.pk, actor=actor.label, document=document)


def manual_record(actor: Actor, *, chosen: str | None, reason: str) -> dict[str, Any]:
    """The record of an assignment that a person made."""
    return {
        "strategy": "manual",
        "chosen": chosen,
        "reason": f"by {actor.label}" + (f": {reason}" if reason else ""),
        "candidates": [{"agent": chosen, "eligible": True, "reason": "chosen by hand"}] if chosen else [],
    }


def _active_agent(email: str, field: str) -> User:
    agent = User.objects.agents().filter(email=email.strip().lower(), is_active=True).first()
    if agent is None:
        raise AgentUnavailable(field, email)
    return agent


def require_manager(actor: Actor) -> None:
    if not actor.is_manager:
        raise NotAllowed("Only managers give leads to agents.")
