"""How bulk-assign chooses the next agent: one queue, three ranks. Everything here is reckoning, no database."""

import heapq
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from leads.choices import AssignmentStrategy
from leads.services.choosing import fullness_of

UNSCORED = 50.0
"""The performance score of who has no leads to be judged by: what is to be expected."""

_draws = random.SystemRandom()


@dataclass(slots=True)
class Seat:
    """One agent that may be chosen, with the open leads they hold at this point of the call."""

    agent_id: int
    email: str
    held: int
    most: int
    turn: int = 0  # of the last turn in the round robin; 0 before the first
    score: float = UNSCORED
    draw: float = field(default_factory=_draws.random)  # of two agents of one rank the lower draw is next
    position: float = 0.0  # how much of the performance queue this agent has used up
    version: int = 0  # older entries of the heap are void

    @property
    def has_room(self) -> bool:
        return self.held < self.most


class Rank(ABC):
    """What puts agents in order; the lowest is next."""

    @abstractmethod
    def of(self, seat: Seat) -> float: ...

    @abstractmethod
    def reason(self, seat: Seat) -> str:
        """Why this agent is next; asked before the lead is counted."""

    def served(self, seat: Seat) -> None:  # noqa: B027 - not every rank keeps count
        """The agent got a lead; the places taken are counted by the queue."""

    def rejoined(self, seat: Seat) -> None:  # noqa: B027 - nor does every rank mind
        """The agent was full and has room again."""


class LongestUnserved(Rank):
    """Round robin: turns are kept from call to call."""

    def __init__(self, last_turn: int) -> None:
        self._turns = count(last_turn + 1)

    def of(self, seat: Seat) -> float:
        return seat.turn

    def reason(self, seat: Seat) -> str:
        return f"longest without a turn: the last was {seat.turn}" if seat.turn else "has not had a turn yet"

    def served(self, seat: Seat) -> None:
        seat.turn = next(self._turns)


class LeastLoaded(Rank):
    """The share of places taken."""

    def of(self, seat: Seat) -> float:
        return seat.held / seat.most if seat.most else 1.0

    def reason(self, seat: Seat) -> str:
        return f"least loaded: {seat.held} of {seat.most} places taken"


class BestPerforming(Rank):
    """Stride scheduling: each lead moves an agent on by 1/score, and whose next step ends first is next.

    So shares are as the scores, and the best agent begins. Who had no room for a while goes on from where the
    others are, and does not catch up.
    """

    def __init__(self) -> None:
        self._reached = 0.0

    def of(self, seat: Seat) -> float:
        return seat.position + _stride(seat)

    def reason(self, seat: Seat) -> str:
        return f"next by a performance score of {seat.score:g}"

    def served(self, seat: Seat) -> None:
        self._reached = max(self._reached, seat.position)
        seat.position += _stride(seat)

    def rejoined(self, seat: Seat) -> None:
        seat.position = max(seat.position, self._reached)


def _stride(seat: Seat) -> float:
    return 1 / max(seat.score, 1.0)


class Queue:
    """Agents in the order of a rank. Choosing and giving places back take O(log agents)."""

    def __init__(self, seats: Iterable[Seat], rank: Rank) -> None:
        self._rank = rank
        self._seats = {seat.agent_id: seat for seat in seats}
        self._heap: list[tuple[float, float, int, int]] = []
        for seat in self._seats.values():
            self._line_up(seat)

    def choose(self) -> tuple[Seat, str] | None:
        """The next agent with room and why; counts the lead. None where nobody has room."""
        while self._heap:
            *_, version, agent_id = heapq.heappop(self._heap)
            seat = self._seats[agent_id]
            if version == seat.version and seat.has_room:
                reason = self._rank.reason(seat)
                self._rank.served(seat)
                seat.held += 1
                self._line_up(seat)
                return seat, reason
        return None

    def shift(self, agent_id: int | None, places: int) -> None:
        """An agent, if one of ours, holds `places` more open leads (fewer where negative)."""
        seat = self._seats.get(agent_id) if agent_id else None
        if seat is None:
            return
        had_room = seat.has_room
        seat.held += places
        if seat.has_room and not had_room:
            self._rank.rejoined(seat)
        self._line_up(seat)

    def _line_up(self, seat: Seat) -> None:
        seat.version += 1
        if seat.has_room:
            heapq.heappush(self._heap, (self._rank.of(seat), seat.draw, seat.version, seat.agent_id))


def rank_of(strategy: AssignmentStrategy, *, last_turn: int = 0) -> Rank:
    """The rank of a strategy that chooses by itself."""
    ranks: dict[AssignmentStrategy, Rank] = {
        AssignmentStrategy.ROUND_ROBIN: LongestUnserved(last_turn),
        AssignmentStrategy.CAPACITY_BASED: LeastLoaded(),
        AssignmentStrategy.PERFORMANCE: BestPerforming(),
    }
    return ranks[strategy]


def seat_record(seat: Seat, absence: str, *, is_scored: bool) -> dict[str, Any]:
    """An agent as the operation's report keeps it, taken before the first lead is given.

    Who is full then may be given leads all the same, once others of theirs have moved. The score is told where it
    counts.
    """
    return {
        "agent": seat.email,
        "eligible": not absence and seat.has_room,
        "reason": absence or fullness_of(seat.held, seat.most),
        "draw": round(seat.draw, 6),
        "turn": seat.turn or None,
        "score": seat.score if is_scored else None,
    }
