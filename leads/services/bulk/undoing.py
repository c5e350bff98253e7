"""Undoing a bulk operation: each field goes back that nobody has touched since. docs/bulk.md has the rules."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.core import events
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.exceptions import DomainError
from crm.core.models import User
from leads.choices import OperationKind, OperationStatus
from leads.events import LeadsBulkChanged
from leads.exceptions import NotAllowed
from leads.models import BulkOperation, Lead
from leads.services.bulk.operations import Failure, Selection, begin, finish
from leads.services.bulk.undo.exceptions import (
    AlreadyUndone,
    NothingToUndo,
    OperationNotFound,
    OperationRunning,
)
from leads.services.bulk.undo.guards import (
    hold_agencies,
    hold_children,
    hold_merged,
    hold_places,
    hold_twins,
    hold_unreachable,
    lock_concerned,
)
from leads.services.bulk.undo.plan import Plan, Standing, plan_of
from leads.services.bulk.undo.report import failures_of, report_of
from leads.services.bulk.undo.scores import decide_scores
from leads.services.bulk.undo.traces import Trace, read_since, read_traces
from leads.services.bulk.undo.writing import keep_stamps, record_reasons, write_plans
from leads.services.intake import guarded_twin

ATTEMPTS = 10  # where the database's guard finds a twin that came in meanwhile
STANDING = ("pk", "disposition", "assigned_agent_id", "email", "phone", "created_at")

Mover = Callable[[BulkOperation, BulkOperation, Sequence[UUID]], Mapping[str, Any]]
"""Takes the operation, its undo and the leads that went back; returns `report["moved"]` of the undo."""

_movers: dict[str, Mover] = {}


def moves_back(kind: OperationKind) -> Callable[[Mover], Mover]:
    """Register what else the undo of this kind brings back (a merge: the children), in the same transaction.

    Called for an undo's undo too: the operation is then the undo, whose own `report["moved"]` says what it moved.
    """

    def register(mover: Mover) -> Mover:
        _movers[kind] = mover
        return mover

    return register


def refusal_of(operation: BulkOperation, undone_by: UUID | None, actor: Actor) -> DomainError | None:
    """Why this actor cannot undo the operation now, if so."""
    if actor.role == Role.VENDOR:
        return NotAllowed("A vendor undoes nothing; ask the company's managers.")
    if operation.status == OperationStatus.RUNNING:
        return OperationRunning()
    if undone_by is not None:
        return AlreadyUndone(undone_by)
    return NothingToUndo() if not operation.changed_count else None


def undoable_operation(operation_id: UUID, actor: Actor, *, is_locking: bool = False) -> BulkOperation:
    """The operation that this actor may undo now; locked, so that of two undos at once the second finds the first.

    Two statements. Raises OperationNotFound, NotAllowed, OperationRunning, AlreadyUndone, NothingToUndo.
    """
    visible = BulkOperation.objects.visible_to(actor)
    if is_locking:
        visible = visible.select_for_update(of=("self",))
    operation: BulkOperation | None = visible.filter(pk=operation_id).first()
    if operation is None:
        raise OperationNotFound
    undone_by = BulkOperation.objects.filter(undoes=operation).values_list("pk", flat=True).first()
    refusal = refusal_of(operation, undone_by, actor)
    if refusal is not None:
        raise refusal
    return operation


@transaction.atomic
def undo_operation(operation_id: UUID, *, actor: Actor, reason: str = "") -> BulkOperation:
    """Write back what an operation changed, where nobody touched it since; returns the undo, itself undoable.

    An agent's own operation: only leads that are the agent's now. What stays as it is, and why, is in the undo's
    record. Raises OperationNotFound, NotAllowed, OperationRunning, AlreadyUndone, NothingToUndo.
    """
    operation = undoable_operation(operation_id, actor, is_locking=True)
    traces = read_traces(operation.pk)
    undo = begin(
        OperationKind.UNDO,
        Selection.named(sorted(traces)),
        actor=actor,
        action="undone",
        request={"operation": str(operation.pk), "kind": _first_kind(operation)},
        reason=reason,
        undoes=operation,
    )
    keep_stamps()
    standing, kept = _locked_leads(traces, actor)
    hidden = [
        traces.pop(lead_id)
        for lead_id, trace in list(traces.items())
        if lead_id not in standing and not (actor.is_manager and trace.deleted)
    ]
    read_since(traces)
    done = _write(traces, standing, kept)
    _explain(operation, undo, done)
    return _finish(operation, undo, done, [Failure.not_found(trace.lead_id) for trace in hidden])


@dataclass(frozen=True, slots=True)
class _Done:
    """What was written: the plans as the guards left them, the agents they name, the scores decided anew."""

    plans: list[Plan]
    agents: dict[int, User]
    scores: dict[UUID, dict[str, Any]]

    @property
    def leads(self) -> list[UUID]:
        return [plan.lead_id for plan in self.plans if plan.does_anything]


def _first_kind(operation: BulkOperation) -> str:
    """The kind of the operation that a chain of undos is about."""
    return str(operation.request.get("kind") if operation.kind == OperationKind.UNDO else operation.kind)


def _locked_leads(
    traces: Mapping[UUID, Trace], actor: Actor
) -> tuple[dict[UUID, Standing], Collection[UUID]]:
    """Those there that the actor may see, and those there that a lead is to be merged into again: all locked
    until the transaction ends, in order of id.

    Leads that may be deleted are locked against new comments too.
    """
    is_deleting = any(trace.is_created for trace in traces.values())
    merged_into = {UUID(kept) for trace in traces.values() if (kept := trace.before.get("merged_into_id"))}
    visible = Lead.objects.visible_to(actor).among(traces)
    leads = Lead.objects.among({*traces, *merged_into}) if merged_into else visible
    locked = leads.select_for_update(no_key=not is_deleting, of=("self",)).order_by("pk")
    there = {pk: Standing(*facts) for pk, *facts in locked.values_list(*STANDING)}
    if not merged_into:
        return there, ()
    seen = set(visible.values_list("pk", flat=True))
    return {pk: facts for pk, facts in there.items() if pk in seen}, merged_into & there.keys()


def _write(traces: Mapping[UUID, Trace], standing: Mapping[UUID, Standing], kept: Collection[UUID]) -> _Done:
    """Plan, ask the guards, write; again where a twin came in between the look and the write."""
    twins: set[UUID] = set()
    while True:
        plans = [plan_of(trace, standing.get(lead_id)) for lead_id, trace in traces.items()]
        hold_children(plans)
        hold_twins(plans, known=twins)
        hold_unreachable(plans)
        hold_agencies(plans)
        hold_merged(plans, kept)
        agents = lock_concerned(plans)
        hold_places(plans, agents)
        scores = decide_scores(plans)
        try:
            with transaction.atomic():
                write_plans(plans)
        except IntegrityError as error:
            repeats = _repeating_lead(error)
            if repeats is None or repeats in twins or len(twins) == ATTEMPTS:
                raise
            twins.add(repeats)
            continue
        return _Done(plans, agents, scores)


def _repeating_lead(error: IntegrityError) -> UUID | None:
    """The lead of ours that the database's duplicate guard refused, if that is what went wrong."""
    if guarded_twin(error) is None:
        return None
    found = re.match(r"lead (\S+) repeats", str(error))
    return UUID(found[1]) if found else None


def _explain(operation: BulkOperation, undo: BulkOperation, done: _Done) -> None:
    what = f"undo of {operation.get_kind_display().lower()} by {operation.author}"
    record_reasons(
        done.plans,
        done.agents,
        done.scores,
        actor=undo.author,
        assignment={
            "strategy": "undo",
            "reason": f"{what}: {undo.reason}" if undo.reason else what,
            "candidates": [],
            "operation": str(undo.pk),
        },
        before=operation.created_at,
    )


def _finish(
    operation: BulkOperation, undo: BulkOperation, done: _Done, hidden: Sequence[Failure]
) -> BulkOperation:
    changed = done.leads
    failures = [*failures_of(done.plans), *hidden]
    report = report_of(done.plans, done.agents)
    mover = _movers.get(undo.request["kind"])
    if mover is not None:
        report["moved"] = dict(mover(operation, undo, changed))
    if changed:
        event = LeadsBulkChanged(
            operation_id=str(undo.pk),
            kind=undo.kind,
            fields=tuple(sorted(report["restored"])),
            count=len(changed),
        )
        events.publish(event)
    else:  # the operation's only undo is not used up by one that did nothing
        undo.undoes = None
        undo.save(update_fields=["undoes"])
    concerned = {*changed, *(failure.lead_id for failure in failures)}
    return finish(
        undo,
        changed=len(changed),
        unchanged=undo.requested_count - len(concerned),
        failures=failures,
        report=report,
    )
