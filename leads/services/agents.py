"""Agents as the people who hold leads."""

from django.db import transaction

from crm.core.actors import Actor
from crm.core.exceptions import NotAllowed, NotFound
from crm.core.models import User


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
        raise NotFound("There is no such agent, or you may not see them.")
    if max_capacity is not None and not actor.is_manager:
        raise NotAllowed("Only managers set max_capacity.")
    if max_capacity is not None:
        agent.max_capacity = max_capacity
    if availability is not None:
        agent.availability = availability
    agent.save(update_fields=["max_capacity", "availability"])
    return agent
