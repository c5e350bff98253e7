"""What an undo did, in the operation's own record."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from crm.core.exceptions import DomainError
from crm.core.models import User
from leads.selectors.history import API_NAMES, BOOKKEEPING
from leads.services.bulk.operations import Failure
from leads.services.bulk.undo.plan import Plan
from leads.services.bulk.undo.traces import Change


def report_of(plans: Iterable[Plan], agents: Mapping[int, User]) -> dict[str, Any]:
    """`restored`: leads by field; `left`: every field of a lead that stays, with what the operation had
    written (`ours`), what stands `now`, and by whom it was changed, when; or the code of what forbade it.
    """
    plans = list(plans)
    doing = [plan for plan in plans if plan.does_anything]
    changed = [plan for plan in doing if not (plan.is_deleting or plan.is_recreating)]
    restored = Counter(_named(column) for plan in changed for column in plan.back.keys() - BOOKKEEPING)
    return {
        "restored": dict(restored.most_common()),
        "deleted": sum(plan.is_deleting for plan in doing),
        "recreated": sum(plan.is_recreating for plan in doing),
        "left": [entry for plan in plans for entry in _left(plan, agents)],
    }


def failures_of(plans: Iterable[Plan]) -> list[Failure]:
    """One a lead: the first guard that said no."""
    failures = []
    for plan in plans:
        refusal = plan.failure or next(iter(plan.refusals.values()), None)
        if refusal is not None:
            failures.append(Failure.of(plan.lead_id, refusal))
    return failures


def _left(plan: Plan, agents: Mapping[int, User]) -> Iterable[dict[str, Any]]:
    for column in sorted(plan.left.keys() - BOOKKEEPING):
        yield {**_entry(plan, column, agents), **_who(plan.left[column])}
    for column in sorted(plan.refusals.keys() - BOOKKEEPING):
        yield {**_entry(plan, column, agents), **_why(plan.refusals[column])}


def _entry(plan: Plan, column: str, agents: Mapping[int, User]) -> dict[str, Any]:
    ours = plan.trace.after.get(column)
    pairs = [change.changes[column] for change in plan.trace.since if column in change.changes]
    now = pairs[-1][1] if pairs else ours
    return {
        "lead_id": str(plan.lead_id),
        "field": _named(column),
        "ours": _shown(column, ours, agents),
        "now": _shown(column, now, agents),
    }


def _who(change: Change | None) -> dict[str, Any]:
    return {"by": change.actor if change else "", "at": change.at.isoformat() if change else None}


def _why(refusal: DomainError) -> dict[str, Any]:
    return {"code": refusal.code, "error": refusal.message}


def _named(column: str) -> str:
    return API_NAMES.get(column, column)


def _shown(column: str, value: Any, agents: Mapping[int, User]) -> Any:
    if column != "assigned_agent_id" or value is None:
        return value
    return agents[value].email if value in agents else value
