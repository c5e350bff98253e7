"""Bulk assignment where a strategy chooses the agents."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from crm.core.models import User
from leads.choices import OPEN, AssignmentStrategy
from leads.exceptions import AgentUnavailable, LeadNotOpen, NoAgentFree
from leads.models import AgentTurn
from leads.selectors import team_figures
from leads.services.bulk.giving import Giving
from leads.services.bulk.operations import Failure
from leads.services.bulk.strategies import UNSCORED, Queue, Seat, rank_of, seat_record
from leads.services.choosing import absence_of


def give_by_strategy(
    giving: Giving, strategy: AssignmentStrategy, emails: Sequence[str] | None, scores: Mapping[int, float]
) -> None:
    """Choose an agent for one lead after the other; what one gives back, the next may take.

    With `emails` among these agents, present or not; for None among all who are present. A lead's own place counts as
    free for it: it may stay where it is. `scores` are `performance_scores()`, for the strategy that looks at them.
    """
    named = [email.strip().lower() for email in emails or ()]
    agents = giving.lock(named, everyone=emails is None)
    _check_named(named, agents)
    turns = dict(AgentTurn.objects.values_list("agent_id", "turn"))
    seats = [
        Seat(agent.pk, agent.email, agent.capacity, agent.max_capacity,
             turn=turns.get(agent.pk, 0), score=scores.get(agent.pk, UNSCORED))
        for agent in agents
    ]  # fmt: skip
    absences = {
        agent.pk: "" if emails is not None else absence_of(agent.is_active, agent.availability)
        for agent in agents
    }
    is_scored = strategy == AssignmentStrategy.PERFORMANCE
    giving.report["candidates"] = [
        seat_record(seat, absences[seat.agent_id], is_scored=is_scored) for seat in seats
    ]
    queue = Queue(
        (seat for seat in seats if not absences[seat.agent_id]),
        rank_of(strategy, last_turn=max(turns.values(), default=0)),
    )
    for lead_id in _in_order(giving, strategy):
        _give(giving, lead_id, queue, strategy)
    if strategy == AssignmentStrategy.ROUND_ROBIN:
        _keep_turns([seat for seat in seats if seat.turn != turns.get(seat.agent_id, 0)])


def _check_named(named: Sequence[str], agents: Sequence[User]) -> None:
    active = {agent.email for agent in agents if agent.is_active}
    for email in named:
        if email not in active:
            raise AgentUnavailable("agents", email)


def performance_scores() -> dict[int, float]:
    """Agent → score, of those who have one; the whole team's figures."""
    figures = team_figures().by_agent
    scores = {agent_id: done.performance_score for agent_id, done in figures.items()}
    return {agent_id: score for agent_id, score in scores.items() if score is not None}


def _in_order(giving: Giving, strategy: AssignmentStrategy) -> list[UUID]:
    """As the leads were named; by performance the best leads come first."""
    found = giving.found
    if strategy == AssignmentStrategy.PERFORMANCE:
        found.sort(key=lambda lead_id: -giving.leads[lead_id].quality_score)
    return found


def _give(giving: Giving, lead_id: UUID, queue: Queue, strategy: AssignmentStrategy) -> None:
    lead = giving.leads[lead_id]
    if lead.disposition not in OPEN:
        giving.failures[lead_id] = Failure.of(lead_id, LeadNotOpen(lead.disposition))
        return
    queue.shift(lead.assigned_agent_id, -1)
    next_up = queue.choose()
    if next_up is None:
        queue.shift(lead.assigned_agent_id, 1)
        giving.failures[lead_id] = Failure.of(lead_id, NoAgentFree())
        return
    seat, reason = next_up
    giving.choose(
        lead_id,
        giving.agents[seat.agent_id],
        {"strategy": strategy, "reason": reason, "draw": round(seat.draw, 6)},
    )


def _keep_turns(served: list[Seat]) -> None:
    AgentTurn.objects.bulk_create(
        [AgentTurn(agent_id=seat.agent_id, turn=seat.turn) for seat in served],
        update_conflicts=True,
        unique_fields=["agent"],
        update_fields=["turn"],
    )
