"""Bulk assignment where a person names each lead's agent."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from crm.core.actors import Actor
from crm.core.models import User
from leads.choices import OPEN
from leads.exceptions import AgentUnavailable, CapacityExceeded, InvalidInput
from leads.services.assignment import manual_record
from leads.services.bulk.giving import Giving
from leads.services.bulk.locking import room_of
from leads.services.bulk.operations import Failure
from leads.services.bulk.places import Move, refused_moves

CONTRADICTED = "This lead stands in assignments to different agents; send it once."


class Wish(NamedTuple):
    """Which agent, by e-mail address, is to get a lead."""

    lead_id: UUID
    agent: str


def give_by_hand(giving: Giving, wishes: Sequence[Wish], *, actor: Actor) -> None:
    """Give each lead to the agent named for it; all at once, so that full agents may swap leads."""
    named: dict[UUID, set[str]] = {}
    for wish in wishes:
        named.setdefault(wish.lead_id, set()).add(wish.agent.strip().lower())
    locked = giving.lock({email for emails in named.values() for email in emails})
    by_email = {agent.email: agent for agent in locked if agent.is_active}

    wanted: dict[UUID, User] = {}
    for lead_id in giving.found:
        emails = named[lead_id]
        agent = by_email.get(min(emails))
        if len(emails) > 1:
            giving.failures[lead_id] = Failure.of(lead_id, InvalidInput(CONTRADICTED))
        elif agent is None:
            giving.failures[lead_id] = Failure.of(lead_id, AgentUnavailable("assignments", min(emails)))
        else:
            wanted[lead_id] = agent

    full = refused_moves(_moves(giving, wanted), room_of(locked))
    for lead_id, agent in wanted.items():
        if lead_id in full:
            giving.failures[lead_id] = Failure.of(lead_id, CapacityExceeded(agent.email))
        else:
            record = manual_record(actor, chosen=agent.email, reason=giving.operation.reason)
            giving.choose(lead_id, agent, record)


def _moves(giving: Giving, wanted: Mapping[UUID, User]) -> list[Move]:
    """The places that change hands; a lead that is not worked any more takes none."""
    leads = giving.leads
    return [
        Move(lead_id, leads[lead_id].assigned_agent_id, agent.pk)
        for lead_id, agent in wanted.items()
        if leads[lead_id].disposition in OPEN
    ]
