"""What an operation is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crm.benchmark.client import Answer, Request
from crm.benchmark.floor import Work
from crm.benchmark.results import Aim
from crm.benchmark.world import World


@dataclass(frozen=True, slots=True)
class Case:
    """One repetition: the same thing asked of ours and, where it has an equal, of the floor.

    `is_done` says of our answer's document, or of what else `shown` makes of it, whether the work was done; it
    is not timed.
    """

    ours: Request
    floor: Work | None = None
    is_done: Callable[[Any], bool] = bool
    shown: Callable[[Answer], Any] = Answer.document


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the benchmark. `draw` sets the scene for one repetition, untimed.

    `check`, once before, raises RefusedError where what ours answers is not what the leads themselves say.
    With several `clients`, `draw` must not touch the database: each client is a process of its own.
    """

    name: str
    title: str
    draw: Callable[[World], Case]
    aims: Sequence[Aim] = ()
    growth: float | None = None
    clients: int = 1
    is_heavy: bool = False  # thousands of leads in one request: few repetitions
    check: Callable[[World], None] | None = None


def holds_leads(document: Any) -> bool:
    """Whether a list has anything to show."""
    return bool(document["data"])
