"""What leads do when something happens elsewhere."""

from crm.core.actors import Actor
from crm.core.models import User
from crm.core.services.departures import before_departure
from leads.services.handover import hand_over


@before_departure
def return_open_leads(agent: User, actor: Actor) -> None:
    """Whoever closes an agent's account or changes its role, the open leads go back to the pool."""
    hand_over(agent, actor=actor)
