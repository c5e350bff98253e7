"""What an undo would do now, without doing it."""

from dataclasses import dataclass
from uuid import UUID

from crm.core.actors import Actor
from leads.models import Lead
from leads.services.bulk.undo.guards import hold_children
from leads.services.bulk.undo.plan import Standing, plan_of
from leads.services.bulk.undo.traces import read_since, read_traces
from leads.services.bulk.undoing import STANDING, undoable_operation


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """Counts of leads; `fields_left` are those that somebody touched since, of any lead.

    Whether there is still a place with each former agent, or somebody else is that person by now, is asked only
    when it is done: those leads then stay as they are, too.
    """

    changing: int
    deleting: int
    recreating: int
    staying: int
    fields_left: int


def preview_undo(operation_id: UUID, *, actor: Actor) -> UndoPreview:
    """Six statements at most, no locks. Raises what `undo_operation` would raise."""
    operation = undoable_operation(operation_id, actor)
    traces = read_traces(operation.pk)
    rows = Lead.objects.visible_to(actor).among(traces).order_by().values_list(*STANDING)
    standing = {pk: Standing(*facts) for pk, *facts in rows}
    read_since(traces)
    plans = [plan_of(trace, standing.get(lead_id)) for lead_id, trace in traces.items()]
    hold_children(plans)
    doing = [plan for plan in plans if plan.does_anything]
    deleting = sum(plan.is_deleting for plan in doing)
    recreating = sum(plan.is_recreating for plan in doing)
    return UndoPreview(
        changing=len(doing) - deleting - recreating,
        deleting=deleting,
        recreating=recreating,
        staying=len(plans) - len(doing),
        fields_left=sum(len(plan.left) for plan in plans),
    )
