"""Locks of bulk work, in the one order that keeps it from deadlocks: leads by id, then agents by id.

Whoever writes a single lead locks it first and then its agents; the triggers lock agents by id as well.
"""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db.models import Q

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from leads.models import Lead
from leads.querysets import LeadQuerySet
from leads.services.bulk.operations import Selection

Row = TypeVar("Row")


class LeadRow(Protocol):
    """What bulk work looks at of a lead: the lead itself, or a row with these columns and those asked for."""

    id: Any
    disposition: Any
    disposition_reason: Any
    assigned_agent_id: Any
    priority: Any
    quality_score: Any


def lock_leads(selection: Selection, *, actor: Actor) -> dict[UUID, Lead]:
    """Those of the leads that the actor may see, locked until the transaction ends, and that fit still.

    One statement; two for leads that were chosen by what they are.
    """
    return _fitting({lead.pk: lead for lead in _locked(selection.lead_ids, actor)}, selection, actor)


def lock_rows(selection: Selection, *, actor: Actor, columns: Iterable[str] = ()) -> dict[UUID, LeadRow]:
    """The same as rows of a LeadRow's columns and these: 10,000 of the model would take a tenth of a second."""
    names = dict.fromkeys([*LeadRow.__annotations__, *columns])
    rows: Iterable[LeadRow] = _locked(selection.lead_ids, actor).values_list(*names, named=True)
    return _fitting({row.id: row for row in rows}, selection, actor)


def _fitting(locked: dict[UUID, Row], selection: Selection, actor: Actor) -> dict[UUID, Row]:
    """Asked anew now that nobody changes them: in the locking statement, what is joined would be of before the wait."""
    if selection.narrow is None:
        return locked
    chosen = selection.narrow(Lead.objects.visible_to(actor).among(locked))
    fitting = set(chosen.order_by().values_list("pk", flat=True))
    return {lead_id: row for lead_id, row in locked.items() if lead_id in fitting}


def _locked(lead_ids: Iterable[UUID], actor: Actor) -> LeadQuerySet:
    visible = Lead.objects.visible_to(actor).among(lead_ids)
    return visible.select_for_update(no_key=True, of=("self",)).order_by("pk")


def lock_agents(
    ids: Iterable[int] = (), *, emails: Iterable[str] = (), everyone: bool = False
) -> dict[int, User]:
    """People with these ids, agents with these e-mail addresses or all agents, locked. One statement.

    Lock the agents that leads are taken from together with those that get them: a second helping may be out of order.
    """
    agents = Q(role=Role.AGENT) if everyone else Q(role=Role.AGENT, email__in=set(emails))
    chosen = User.objects.get_queryset().filter(Q(pk__in=set(ids)) | agents)
    locked = chosen.select_for_update(no_key=True).order_by("pk")
    return {
        agent.pk: agent
        for agent in locked.only("email", "role", "is_active", "availability", "capacity", "max_capacity")
    }


def room_of(agents: Iterable[User]) -> dict[int, int]:
    """How many more open leads each may take, negative where the maximum was lowered below what is held."""
    return {agent.pk: agent.max_capacity - agent.capacity for agent in agents}
