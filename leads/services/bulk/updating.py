"""Changing fields of many leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.core import events
from crm.core.actors import Actor
from crm.core.exceptions import DomainError
from leads.choices import Disposition, OperationKind
from leads.events import LeadsBulkChanged
from leads.exceptions import AgentLeft, CapacityExceeded, InvalidInput
from leads.models import BulkOperation, Lead
from leads.services.bulk.locking import LeadRow, lock_agents, lock_leads, lock_rows, room_of
from leads.services.bulk.operations import Failure, Selection, begin, carry_out, finish
from leads.services.bulk.places import Move, refused_moves
from leads.services.bulk.twins import standing_twins
from leads.services.bulk.writing import write_decisions, write_leads
from leads.services.editing import (
    changed_values,
    check_disposition,
    check_reason,
    editable_values,
    is_reopened,
)
from leads.services.fields import DECIDED, SCORED
from leads.services.intake import IntakeContext, rescore

ONE_BY_ONE = {"email", "phone", "alternate_phone"}


@dataclass(frozen=True, slots=True)
class BulkUpdated:
    """The outcome: leads neither updated nor refused stood like this already."""

    operation: BulkOperation
    updated: frozenset[UUID]
    failures: Mapping[UUID, Failure]


def bulk_update(
    selection: Selection, *, changes: Mapping[str, Any], actor: Actor, reason: str = ""
) -> BulkUpdated:
    """Change the same fields of all the leads, each by the rules of PATCH; those refused are left as they are.

    Raises InvalidInput for what no lead could take: an unknown or bad field, one that tells persons apart, a way out
    without a `disposition_reason`. The number of statements does not depend on how many leads there are.
    """
    values = editable_values(changes, actor=actor, one_by_one=ONE_BY_ONE)
    if not values:
        raise InvalidInput("updates: nothing to change.", updates=["Name at least one field to change."])
    if "disposition" in values:
        check_reason(Disposition(values["disposition"]), values.get("disposition_reason", ""))

    def act() -> BulkUpdated:
        operation = begin(
            OperationKind.UPDATE,
            selection,
            actor=actor,
            action="bulk_updated",
            request={"updates": dict(changes)},
            reason=reason or str(values.get("disposition_reason", "")),
        )
        return _update(operation, selection, values, actor)

    return carry_out(act)


def _update(
    operation: BulkOperation, selection: Selection, values: Mapping[str, Any], actor: Actor
) -> BulkUpdated:
    leads: Mapping[UUID, Lead] | None = None
    rows: Mapping[UUID, LeadRow]
    if SCORED & values.keys():
        rows = leads = lock_leads(selection, actor=actor)
    else:
        rows = lock_rows(selection, actor=actor, columns=values)
    changed, failures = _judged(selection, rows, values)
    for look in (_refused_twins, _refused_places):
        refused = look([rows[lead_id] for lead_id in changed], values)
        if refused:
            failures |= refused
            changed = {lead_id: change for lead_id, change in changed.items() if lead_id not in refused}

    own = _cleared_reasons(rows, changed, values)
    if leads is not None:
        moving = [leads[lead_id] for lead_id in changed]
        write_decisions(_rescored(moving, changed, values), actor=actor.label)
        own |= {name: [getattr(lead, name) for lead in moving] for name in DECIDED}
    write_leads(list(changed), values, own)
    if changed:
        fields = sorted(set().union(*changed.values()))
        events.publish(LeadsBulkChanged(str(operation.pk), operation.kind, tuple(fields), len(changed)))
    unchanged = len(operation.lead_ids) - len(changed) - len(failures)
    finish(operation, changed=len(changed), unchanged=unchanged, failures=failures.values())
    return BulkUpdated(operation, frozenset(changed), failures)


Changes = dict[UUID, dict[str, Any]]
"""Lead → the values that it does not hold yet."""


def _judged(
    selection: Selection, rows: Mapping[UUID, LeadRow], values: Mapping[str, Any]
) -> tuple[Changes, dict[UUID, Failure]]:
    """What would change, and what each lead's own state refuses."""
    changed: Changes = {}
    failures: dict[UUID, Failure] = {}
    for lead_id in selection.lead_ids:
        lead = rows.get(lead_id)
        if lead is None:
            failures[lead_id] = Failure.missing(lead_id, selection)
            continue
        change = changed_values(lead, values)
        if not change:
            continue
        try:
            check_disposition(lead, values)
        except DomainError as refusal:
            failures[lead_id] = Failure.of(lead_id, refusal)
        else:
            changed[lead_id] = change
    return changed, failures


def _refused_twins(leads: list[LeadRow], values: Mapping[str, Any]) -> dict[UUID, Failure]:
    """Of the leads that stop being duplicates, those whose person another lead stands for."""
    if values.get("disposition", Disposition.DUPLICATE) == Disposition.DUPLICATE:
        return {}
    leaving = [lead.id for lead in leads if lead.disposition == Disposition.DUPLICATE]
    return {lead_id: Failure.of(lead_id, refusal) for lead_id, refusal in standing_twins(leaving).items()}


def _refused_places(leads: list[LeadRow], values: Mapping[str, Any]) -> dict[UUID, Failure]:
    """Of the leads reopened, those whose agent is gone or has no place left for them."""
    held_by = {lead.id: lead.assigned_agent_id for lead in leads if is_reopened(lead, values)}
    if not held_by:
        return {}
    agents = lock_agents(held_by.values())
    refused: dict[UUID, Failure] = {}
    moves: list[Move] = []
    for lead_id, agent_id in held_by.items():
        if agents[agent_id].takes_leads:
            moves.append(Move(lead_id, None, agent_id))
        else:
            refused[lead_id] = Failure.of(lead_id, AgentLeft(agents[agent_id].email))
    for lead_id in refused_moves(moves, room_of(agents.values())):
        refused[lead_id] = Failure.of(lead_id, CapacityExceeded(agents[held_by[lead_id]].email))
    return refused


def _rescored(
    leads: list[Lead], changed: Changes, values: Mapping[str, Any]
) -> list[tuple[UUID, dict[str, Any]]]:
    """Deadline and score of the leads whose facts change, decided anew and set; returns the records."""
    anew = [lead for lead in leads if SCORED & changed[lead.pk].keys()]
    for lead in anew:
        for name in SCORED & values.keys():
            setattr(lead, name, values[name])
    context = IntakeContext.load({lead.accident_state or lead.state for lead in anew})
    return [(lead.pk, rescore(lead, context)) for lead in anew]


def _cleared_reasons(
    rows: Mapping[UUID, LeadRow], changed: Changes, values: Mapping[str, Any]
) -> dict[str, list[Any]]:
    """Each lead's `disposition_reason`, where a move may clear it: those that do not move keep theirs."""
    if "disposition" not in values or "disposition_reason" in values:
        return {}
    name = "disposition_reason"
    return {name: [change.get(name, rows[lead_id].disposition_reason) for lead_id, change in changed.items()]}
