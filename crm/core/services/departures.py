"""What has to be settled when somebody stops being an agent: the apps that give agents work say what."""

from collections.abc import Callable

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User

Settle = Callable[[User, Actor], None]

_settlements: list[Settle] = []


def before_departure(settle: Settle) -> Settle:
    """Register what is to be settled before an agent is closed or gets another role; done in `receivers`.

    It runs in the transaction that changes the account, before that locks the agent's row: whatever locks
    its own rows first and people after them stays in order. What it raises keeps the agent.
    """
    _settlements.append(settle)
    return settle


def is_departure(user: User, *, role: str, is_active: bool) -> bool:
    """Whether an account that becomes this stops being an agent's."""
    return user.role == Role.AGENT and (role != Role.AGENT or (user.is_active and not is_active))


def settle_departure(user: User, actor: Actor) -> None:
    """Do what was registered; needs a transaction."""
    for settle in _settlements:
        settle(user, actor)
