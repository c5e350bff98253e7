"""Locks of bulk work, in the one order that keeps it from deadlocks: leads by id, then agents by id.

Whoever writes a single lead locks it first and then its agents; the triggers lock agents by id as well.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from leads.models import Lead


def lock_leads(lead_ids: Iterable[UUID], *, actor: Actor, fields: Iterable[str] = ()) -> dict[UUID, Lead]:
    """Those of the leads that the actor may see, locked until the transaction ends. One statement.

    With `fields`, only these and the key are read.
    """
    leads = Lead.objects.visible_to(actor).among(lead_ids).order_by("pk")
    names = list(fields)
    if names:
        leads = leads.only("id", *names)
    return {lead.pk: lead for lead in leads.select_for_update(no_key=True, of=("self",))}


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
