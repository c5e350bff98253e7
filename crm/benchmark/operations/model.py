"""What an operation is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crm.benchmark.client import Request
from crm.benchmark.floor import Work
from crm.benchmark.results import Aim
from crm.benchmark.world import World


@dataclass(frozen=True, slots=True)
class Case:
    """One repetition: the same thing asked of ours and, where it has an equal, of the floor.

    `is_done` reads our answer and says whether the work was done; it is not timed.
    """

    ours: Request
    floor: Work | None = None
    is_done: Callable[[Any], bool] = bool


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the benchmark. `draw` sets the scene for one repetition, untimed.

    With several `clients`, `draw` must not touch the database: each client is a process of its own.
    """

    name: str
    title: str
    draw: Callable[[World], Case]
    aims: Sequence[Aim] = ()
    growth: float | None = None
    clients: int = 1
    is_heavy: bool = False  # thousands of leads in one request: few repetitions


def holds_leads(document: Any) -> bool:
    """Whether a list has anything to show."""
    return bool(document["data"])
