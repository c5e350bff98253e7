"""Which agent gets a lead: fewest open leads relative to capacity, ties by a recorded draw."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.core.choices import Availability
from crm.core.models import User

RECORDED = 40  # candidates kept per decision; more are counted
_draws = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One agent as seen when the choice was made."""

    agent_id: int
    email: str
    open_leads: int
    max_open: int
    refusal: str  # empty where eligible
    draw: float  # of two equally loaded agents the lower draw wins

    @property
    def load(self) -> float:
        """Open leads per place, 0 to 1."""
        return self.open_leads / self.max_open if self.max_open else 1.0

    def record(self) -> dict[str, Any]:
        return {
            "agent": self.email,
            "eligible": not self.refusal,
            "reason": self.refusal or fullness_of(self.open_leads, self.max_open),
            "load": round(self.load, 4),
            "draw": round(self.draw, 6),
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen, if anyone, and everyone who was looked at."""

    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: str

    def record(self) -> dict[str, Any]:
        """The decision's document: `{strategy, chosen, reason, candidates: [{agent, eligible, reason, …}]}`."""
        return {
            "strategy": "least_loaded",
            "chosen": self.chosen.email if self.chosen else None,
            "reason": self.reason,
            "candidates": [candidate.record() for candidate in self.candidates[:RECORDED]],
            "candidates_total": len(self.candidates),
        }


def candidates() -> list[Candidate]:
    """Every agent with what speaks against them, best first. One statement."""
    rows = User.objects.agents().values_list(
        "id", "email", "is_active", "availability", "capacity", "max_capacity"
    )
    found = [
        Candidate(
            agent_id=agent_id,
            email=email,
            open_leads=held,
            max_open=most,
            refusal=absence_of(is_active, availability) or (fullness_of(held, most) if held >= most else ""),
            draw=_draws.random(),
        )
        for agent_id, email, is_active, availability, held, most in rows
    ]
    return sorted(found, key=lambda candidate: (bool(candidate.refusal), candidate.load, candidate.draw))


def choose_agent() -> Choice:
    """Choose and lock an agent with room for one more lead; inside a transaction, held until its end.

    An agent whose row another transaction holds is passed over for the next best; where all are held, we
    wait. So simultaneous leads spread over agents, and none is refused while there is room.
    """
    found = candidates()
    eligible = [candidate for candidate in found if not candidate.refusal]
    agent_id = _lock_first([c.agent_id for c in eligible], wait=False) or _lock_first(
        [c.agent_id for c in eligible], wait=True
    )
    chosen = next((candidate for candidate in eligible if candidate.agent_id == agent_id), None)
    return Choice(chosen=chosen, candidates=tuple(found), reason=_reason(chosen, eligible, found))


def absence_of(is_active: bool, availability: str) -> str:
    """Why the agent takes no leads now; empty for who is present."""
    if not is_active:
        return "deactivated"
    return "" if availability == Availability.ACTIVE else f"not present: {availability}"


def fullness_of(held: int, most: int) -> str:
    """How many of the agent's places are taken, in words."""
    taken = f"{held} of {most} places taken"
    return f"full: {taken}" if held >= most else taken


def _lock_first(agent_ids: Iterable[int], *, wait: bool) -> int | None:
    ids = list(agent_ids)
    if not ids:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id FROM core_user
             WHERE id = ANY(%s) AND is_active AND availability = 'active' AND capacity < max_capacity
             ORDER BY array_position(%s, id) LIMIT 1 FOR NO KEY UPDATE {"" if wait else "SKIP LOCKED"}
            """,  # noqa: S608 - only our own two words are put in
            [ids, ids],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _reason(chosen: Candidate | None, eligible: list[Candidate], found: list[Candidate]) -> str:
    if chosen is None:
        return "no agent is present with room" if found else "there are no agents yet"
    passed_over = eligible.index(chosen)
    if passed_over:
        return f"least loaded after {passed_over} who took another lead at this very moment"
    ties = sum(candidate.load == chosen.load for candidate in eligible)
    return f"least loaded of {len(eligible)}" + (f", drawn from {ties} equally loaded" if ties > 1 else "")
