"""Agents as the people who hold leads."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from crm.core.actors import Actor
from crm.core.exceptions import InvalidInput, NotAllowed, NotFound
from crm.core.models import User
from crm.core.services.accounts import update_user
from leads.exceptions import AgentUnavailable
from leads.models import BulkOperation
from leads.services.handover import hand_over

MOST_DIGITS = 18  # of an id


@dataclass(frozen=True, slots=True)
class Departed:
    """An agent who was deactivated, and what became of the open leads."""

    agent: User
    successor: User | None  # None: back to the pool
    operation: BulkOperation | None  # None where there was no open lead

    @property
    def leads_moved(self) -> int:
        """How many leads were handed on."""
        return self.operation.changed_count if self.operation else 0


@transaction.atomic
def set_capacity(
    agent_id: int, *, actor: Actor, max_capacity: int | None = None, availability: str | None = None
) -> User:
    """Set how many open leads an agent may hold, and whether they take new ones now.

    Managers set both; an agent sets the own availability. A maximum below what is held is fine: the agent
    just gets no more. Raises NotFound, NotAllowed.
    """
    agent = User.objects.agents().select_for_update(no_key=True).filter(pk=agent_id).first()
    if agent is None or not (actor.is_manager or actor.user_id == agent_id):
        raise _no_such_agent()
    if max_capacity is not None and not actor.is_manager:
        raise NotAllowed("Only managers set max_capacity.")
    if max_capacity is not None:
        agent.max_capacity = max_capacity
    if availability is not None:
        agent.availability = availability
    agent.save(update_fields=["max_capacity", "availability"])
    return agent


@transaction.atomic
def deactivate_agent(agent_id: int, *, actor: Actor, reassign_to: str = "") -> Departed:
    """Close an agent's account, end its sign-ins, and hand its open leads to `reassign_to` (an e-mail address
    or id), else back to the pool; managers only. For an agent who is inactive already only what is left.

    Either all is done or nothing. Raises NotFound, NotAllowed, AgentUnavailable, InvalidInput, TooFewPlaces.
    """
    if not actor.is_manager:
        raise NotAllowed("Only managers deactivate agents.")
    agent = User.objects.agents().filter(pk=agent_id).first()
    if agent is None:
        raise _no_such_agent()
    successor = _successor(agent, reassign_to) if reassign_to else None
    operation = hand_over(agent, actor=actor, successor=successor)
    if agent.is_active:
        agent = update_user(user=agent, actor=actor, fields={"is_active": False})
    return Departed(agent, successor, operation)


def _successor(agent: User, named: str) -> User:
    by_id = Q(pk=int(named)) if named.isdecimal() and len(named) <= MOST_DIGITS else Q(pk__in=[])
    found = User.objects.agents().filter(by_id | Q(email=named.strip().lower()), is_active=True).first()
    if found == agent or named.strip().lower() == agent.email:
        message = "An agent cannot take over the own leads; name another agent."
        raise InvalidInput(message, reassign_to=[message])
    if found is None:
        raise AgentUnavailable("reassign_to", named)
    return found


def _no_such_agent() -> NotFound:
    return NotFound("There is no such agent, or you may not see them.")
