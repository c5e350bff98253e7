"""Giving many leads to agents, by a strategy or by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from crm.core import events
from crm.core.actors import Actor
from leads.choices import AssignmentStrategy, OperationKind
from leads.events import LeadsBulkChanged
from leads.exceptions import InvalidInput
from leads.models import BulkOperation
from leads.services.assignment import require_manager
from leads.services.bulk.by_hand import Wish, give_by_hand
from leads.services.bulk.by_strategy import give_by_strategy, performance_scores
from leads.services.bulk.giving import Giving
from leads.services.bulk.locking import LeadRow, lock_rows
from leads.services.bulk.operations import Failure, Selection, begin, carry_out, finish
from leads.services.bulk.writing import write_decisions, write_leads


@dataclass(frozen=True, slots=True)
class Given:
    """One lead that has the agent chosen for it now. Unchanged where it stood like this already."""

    lead_id: UUID
    agent: str
    previous_agent: str | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class BulkAssigned:
    """The outcome, in the order of the selection."""

    operation: BulkOperation
    given: Sequence[Given]
    failures: Sequence[Failure]


def bulk_assign(
    selection: Selection,
    *,
    strategy: AssignmentStrategy,
    actor: Actor,
    agents: Iterable[str] | None = None,
    assignments: Iterable[Wish] = (),
    priority: str | None = None,
    reason: str = "",
) -> BulkAssigned:
    """Give the leads to agents, never over anyone's capacity; managers only.

    A strategy chooses among the `agents` named (e-mail addresses; present or not), for None among all who are present;
    `manual` does what `assignments` say, which are for the same leads as the selection. A lead that gets no agent is a
    failure and stays as it is. Raises InvalidInput, AgentUnavailable. The number of statements does not depend on how
    many leads or agents there are.
    """
    require_manager(actor)
    named, wishes = None if agents is None else tuple(agents), tuple(assignments)
    _check_fit(selection, strategy, named, wishes)
    # Read before anyone waits for us: the whole team's figures are slow to take.
    scores = performance_scores() if strategy == AssignmentStrategy.PERFORMANCE else {}

    def act() -> BulkAssigned:
        operation = begin(
            OperationKind.ASSIGN,
            selection,
            actor=actor,
            action="bulk_assigned",
            request={"assignment_strategy": strategy, "agents": list(named or ()), "priority": priority},
            reason=reason,
        )
        giving = Giving(operation, selection, lock_rows(selection, actor=actor))
        if strategy == AssignmentStrategy.MANUAL:
            give_by_hand(giving, wishes, actor=actor)
        else:
            give_by_strategy(giving, strategy, named, scores)
        return _store(giving, actor=actor, priority=priority)

    return carry_out(act)


def _check_fit(
    selection: Selection,
    strategy: AssignmentStrategy,
    named: tuple[str, ...] | None,
    wishes: tuple[Wish, ...],
) -> None:
    """Refuse what contradicts itself."""
    problems: dict[str, list[str]] = {}
    if strategy == AssignmentStrategy.MANUAL:
        if named is not None:
            problems["agents"] = ["Not with manual: name each lead's agent in assignments."]
        if {wish.lead_id for wish in wishes} != set(selection.lead_ids):
            problems["assignments"] = [
                "These are not for the leads in lead_ids; leave lead_ids out, or send an assignment for each."
            ]
    elif wishes:
        problems["assignments"] = [f"Only with manual; {strategy} chooses the agents itself."]
    if problems:
        name, sentences = next(iter(problems.items()))
        raise InvalidInput(f"{name}: {sentences[0]}", **problems)


def _store(giving: Giving, *, actor: Actor, priority: str | None) -> BulkAssigned:
    operation = giving.operation
    given = [
        Given(
            lead_id=lead_id,
            agent=giving.chosen[lead_id].email,
            previous_agent=giving.email_of(giving.leads[lead_id].assigned_agent_id),
            is_changed=_is_changed(giving.leads[lead_id], giving.chosen[lead_id].pk, priority),
        )
        for lead_id in operation.lead_ids
        if lead_id in giving.chosen
    ]
    changed = [one.lead_id for one in given if one.is_changed]
    write_leads(
        changed,
        {"priority": priority} if priority else {},
        {"assigned_agent_id": [giving.chosen[lead_id].pk for lead_id in changed]},
    )
    write_decisions(
        ((lead_id, {"assignment": giving.records[lead_id]}) for lead_id in changed), actor=actor.label
    )
    if changed:
        fields = ("assigned_agent", "priority") if priority else ("assigned_agent",)
        events.publish(LeadsBulkChanged(str(operation.pk), operation.kind, fields, len(changed)))
    failures = [giving.failures[lead_id] for lead_id in operation.lead_ids if lead_id in giving.failures]
    finish(
        operation,
        changed=len(changed),
        unchanged=len(given) - len(changed),
        failures=failures,
        report=giving.report,
    )
    return BulkAssigned(operation, given, failures)


def _is_changed(lead: LeadRow, agent_id: int, priority: str | None) -> bool:
    return lead.assigned_agent_id != agent_id or bool(priority and lead.priority != priority)
