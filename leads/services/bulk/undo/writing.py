"""Writing an undo: a constant number of statements, whatever the number of leads. Triggers do the rest."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from crm.core.models import User
from leads.services.bulk.undo.plan import FACTS, SCORES, Plan
from leads.services.bulk.undo.traces import COLUMNS

_DELETE = "DELETE FROM leads_lead WHERE id = ANY (%s)"

# The whole row as the deletion recorded it, what goes back besides laid over it. The record is made in FROM, once a
# lead: `(record).*` in the list of columns would make it anew for each column.
_RECREATE = """
INSERT INTO leads_lead
SELECT r.*
  FROM jsonb_to_recordset(%s::jsonb) AS w(row bigint, back jsonb) JOIN leads_leadchange c ON c.id = w.row,
       LATERAL (SELECT jsonb_object_agg(key, value -> 0) AS row FROM jsonb_each(c.changes)) AS was,
       LATERAL jsonb_populate_record(NULL::leads_lead, was.row || w.back) AS r
 ORDER BY c.lead_id
"""

# One row of reasons a lead: where it went back to which agent, the new score, or the one that stood before.
_DECIDE = """
INSERT INTO leads_decision (lead_id, made_at, actor, document)
SELECT w.id, clock_timestamp(), %(actor)s, w.document || COALESCE(earlier.document, '{}')
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, document jsonb, is_as_before boolean)
  LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(section, record) AS document FROM (
      SELECT DISTINCT ON (section) section, record
        FROM leads_decision d, jsonb_each(d.document) AS part(section, record)
       WHERE d.lead_id = w.id AND d.made_at < %(before)s AND section IN ('score', 'deadline')
       ORDER BY section, d.id DESC) newest) earlier ON w.is_as_before
 WHERE w.document || COALESCE(earlier.document, '{}') <> '{}'
 ORDER BY w.id
"""


def keep_stamps() -> None:
    """For the rest of the transaction stamps are written as given, not made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.restoring', 'on', true)")


def write_plans(plans: Iterable[Plan]) -> None:
    """Delete, change and bring back, in this order: places are given back before they are taken.

    Up to three statements. Raises IntegrityError where a guard of the database says no.
    """
    doing = [plan for plan in plans if plan.does_anything]
    deleting = sorted(plan.lead_id for plan in doing if plan.is_deleting)
    changing: list[dict[str, Any]] = [
        {"id": plan.lead_id, "back": plan.back}
        for plan in doing
        if not (plan.is_deleting or plan.is_recreating)
    ]
    coming = [{"row": plan.trace.row, "back": plan.back} for plan in doing if plan.is_recreating]
    with connection.cursor() as cursor:
        if deleting:
            cursor.execute(_DELETE, [deleting])
        if changing:
            columns = {column for row in changing for column in row["back"]}
            cursor.execute(_update_of(columns), [_json(changing)])
        if coming:
            cursor.execute(_RECREATE, [_json(coming)])


def _update_of(columns: Iterable[str]) -> str:
    """The columns that go back of any lead; those that stay of one keep what they have."""
    names = sorted(COLUMNS & set(columns))
    ours, theirs = (", ".join(f'{prefix}"{name}"' for name in names) for prefix in ("", "r."))
    return (
        f"UPDATE leads_lead l SET ({ours}) = (SELECT {theirs} FROM jsonb_populate_record(l, w.back) r)"  # noqa: S608 - names of ours
        " FROM jsonb_to_recordset(%s::jsonb) AS w(id uuid, back jsonb) WHERE l.id = w.id"
    )


def record_reasons(
    plans: Iterable[Plan],
    agents: Mapping[int, User],
    scores: Mapping[UUID, Mapping[str, Any]],
    *,
    actor: str,
    assignment: Mapping[str, Any],
    before: datetime,
) -> None:
    """Say why each lead has this agent and this score now, so that `explain` stays true. One statement.

    A score that went back with its facts has the reasons again that stood when the operation began (`before`).
    """
    rows = []
    for plan in plans:
        if not plan.does_anything or plan.is_deleting:
            continue
        document: dict[str, Any] = dict(scores.get(plan.lead_id, {}))
        if "assigned_agent_id" in plan.back:
            agent = agents.get(plan.back["assigned_agent_id"])
            document["assignment"] = {**assignment, "chosen": agent and agent.email}
        is_as_before = (
            not plan.is_recreating
            and bool(plan.back.keys() & (FACTS | SCORES))
            and plan.lead_id not in scores
        )
        if document or is_as_before:
            rows.append({"id": plan.lead_id, "document": document, "is_as_before": is_as_before})
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_DECIDE, {"actor": actor, "rows": _json(rows), "before": before})


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
