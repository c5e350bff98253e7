"""What an undo would do now, without doing it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from crm.core.actors import Actor
from crm.core.models import User
from leads.exceptions import CapacityExceeded
from leads.models import Lead
from leads.selectors.history import BOOKKEEPING
from leads.services.bulk.undo.guards import hold_children, hold_places
from leads.services.bulk.undo.plan import Plan, Standing, plan_of
from leads.services.bulk.undo.traces import read_since, read_traces
from leads.services.bulk.undoing import STANDING, undoable_operation


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """Counts of leads; `fields_left` are those that somebody touched since, of any lead.

    `without_place` says, by the former agent, of how many leads the agent stays as now: that one is not active any
    more, or full. Whether somebody else is that person by now is asked only when it is done: those leads then
    stay as they are, too.
    """

    changing: int
    deleting: int
    recreating: int
    staying: int
    fields_left: int
    without_place: Mapping[str, int]


def preview_undo(operation_id: UUID, *, actor: Actor) -> UndoPreview:
    """Seven statements at most, no locks. Raises what `undo_operation` would raise."""
    operation = undoable_operation(operation_id, actor)
    traces = read_traces(operation.pk)
    rows = Lead.objects.visible_to(actor).among(traces).order_by().values_list(*STANDING)
    standing = {pk: Standing(*facts) for pk, *facts in rows}
    read_since(traces)
    plans = [plan_of(trace, standing.get(lead_id)) for lead_id, trace in traces.items()]
    hold_children(plans)
    concerned = {agent for plan in plans for agent in plan.agents() if agent is not None}
    hold_places(plans, User.objects.get_queryset().in_bulk(concerned))
    doing = [plan for plan in plans if plan.does_anything]
    deleting = sum(plan.is_deleting for plan in doing)
    recreating = sum(plan.is_recreating for plan in doing)
    return UndoPreview(
        changing=len(doing) - deleting - recreating,
        deleting=deleting,
        recreating=recreating,
        staying=len(plans) - len(doing),
        fields_left=sum(len(plan.left.keys() - BOOKKEEPING) for plan in plans),
        without_place=Counter(agent for plan in plans if (agent := _without_place(plan))),
    )


def _without_place(plan: Plan) -> str | None:
    """The former agent who cannot have the lead again, if so."""
    refusals = (one for one in plan.refusals.values() if isinstance(one, CapacityExceeded))
    return next((str(one.details["agent"]) for one in refusals), None)
