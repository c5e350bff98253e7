"""What happened to a lead, as its history tells it."""

from collections.abc import Container, Iterable, Mapping
from typing import Any
from uuid import UUID

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from leads.models import LeadChange
from leads.querysets import VENDOR_SEES_CHANGED
from leads.selectors.seeing import seen_among

API_NAMES = {"assigned_agent_id": "assigned_agent", "merged_into_id": "merged_into"}
"""Columns that the contract names otherwise."""

BOOKKEEPING = frozenset({"furthest_stage"})
"""Columns that follow from others and tell a reader nothing; undo needs them in the history."""

HISTORY_LIMIT = 200


def history_of(lead_id: UUID, actor: Actor, limit: int = HISTORY_LIMIT) -> list[dict[str, Any]]:
    """The newest changes of a lead; three statements at most. A vendor sees what became of it, not by whom."""
    rows = LeadChange.objects.filter(lead_id=lead_id).visible_to(actor)[:limit]
    return history_documents(rows, actor)


def history_documents(rows: Iterable[LeadChange], actor: Actor) -> list[dict[str, Any]]:
    """History rows in the contract's shape: `{timestamp, user, action, source, changes, reason, …}`.

    A lead that another one was merged into is null where the actor may not see it.
    """
    rows = list(rows)
    emails = _emails_of(rows)
    seen = seen_among(_merged_into(rows), actor)
    return [_document(row, emails, seen, actor) for row in rows]


def _merged_into(rows: Iterable[LeadChange]) -> set[str]:
    return {value for row in rows for value in row.changes.get("merged_into_id", ()) if value is not None}


def _emails_of(rows: Iterable[LeadChange]) -> Mapping[int, str]:
    ids = {value for row in rows for value in row.changes.get("assigned_agent_id", ()) if value is not None}
    if not ids:
        return {}
    return dict(User.objects.get_queryset().filter(pk__in=ids).values_list("pk", "email"))


def _document(
    row: LeadChange, emails: Mapping[int, str], seen: Container[str], actor: Actor
) -> dict[str, Any]:
    changes = {
        API_NAMES.get(name, name): pair for name, pair in row.changes.items() if name not in BOOKKEEPING
    }
    if "assigned_agent" in changes:
        changes["assigned_agent"] = [emails.get(agent, agent) for agent in changes["assigned_agent"]]
    if "merged_into" in changes:
        changes["merged_into"] = [lead_id if lead_id in seen else None for lead_id in changes["merged_into"]]
    is_vendor = actor.role == Role.VENDOR
    if is_vendor:
        changes = {name: pair for name, pair in changes.items() if name in VENDOR_SEES_CHANGED}
    return {
        "timestamp": row.at,
        "user": "" if is_vendor else row.actor,
        "action": row.action,
        "source": row.source,
        "changes": changes,
        "reason": "" if is_vendor else row.reason,
        "request_id": "" if is_vendor else row.request_id,
        "operation": None if is_vendor else row.operation,
    }
