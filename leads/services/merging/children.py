"""What hangs on a lead moves with a merge, and back with its undo."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from leads.choices import OperationKind
from leads.models import BulkOperation, Lead
from leads.services.bulk.undoing import moves_back
from leads.services.bulk.writing import write_decisions
from leads.services.merging.exceptions import MergedInCircle

_TAKE = """
UPDATE {table} AS child SET {column} = %s FROM {table} AS was
 WHERE was.{key} = child.{key} AND child.{column} = ANY (%s::uuid[]) RETURNING was.{column}, child.{key}
"""
_MOVE = """
UPDATE {table} AS child SET {column} = moved.target
  FROM unnest(%s::{kind}[], %s::uuid[], %s::uuid[]) AS moved(id, source, target)
 WHERE child.{key} = moved.id AND child.{column} = moved.source RETURNING child.{key}
"""
_IS_ABOVE = """
WITH RECURSIVE above AS (
  SELECT merged_into_id AS id FROM leads_lead WHERE id = %s
  UNION SELECT l.merged_into_id FROM leads_lead l JOIN above ON l.id = above.id
)
SELECT EXISTS (SELECT FROM above WHERE id = %s)
"""

Moved = dict[str, dict[str, list[Any]]]
"""Table → lead that was merged → keys of its rows."""


def child_relations() -> list[Any]:
    """Every table with rows that belong to a lead; the search document has no constraint, triggers keep it.

    Leads merged into one that is merged itself stay with it: the way up leads to the lead that stands.
    """
    return [
        relation
        for relation in Lead._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and relation.related_model is not Lead
        and getattr(getattr(relation, "field", None), "db_constraint", False)
    ]


def take_children(kept_id: UUID, lead_ids: Sequence[UUID]) -> Moved:
    """Give the kept lead all that hangs on these. One statement a table."""
    moved: Moved = {}
    for relation in child_relations():
        of_leads = moved.setdefault(relation.name, {})
        with connection.cursor() as cursor:
            cursor.execute(_TAKE.format(**_names(relation)), [kept_id, list(lead_ids)])
            for lead_id, key in cursor.fetchall():
                of_leads.setdefault(str(lead_id), []).append(_plain(key))
    return moved


def counted(moved: Moved) -> dict[str, int]:
    """How many rows of each table moved."""
    return {name: sum(map(len, of_leads.values())) for name, of_leads in moved.items()}


@moves_back(OperationKind.MERGE)
def follow_undo(operation: BulkOperation, undo: BulkOperation, lead_ids: Sequence[UUID]) -> Mapping[str, Any]:
    """Move what came with each lead that is merged no more (or, as an undo's undo, merged again).

    Also of a lead that left Duplicate by hand. Rows that were moved elsewhere since stay there. Returns what moved, in
    the form it was recorded in. Raises MergedInCircle.
    """
    done = operation.report["moved"]
    kept_id, is_merging = UUID(done["kept"]), not done["is_merging"]
    turned = _turned(kept_id, operation.lead_ids, is_merging=is_merging)
    if is_merging:
        _check_circle(kept_id, turned)
    children: Moved = {
        relation.name: _move(relation, done["children"].get(relation.name, {}), kept_id, turned, is_merging)
        for relation in child_relations()
    }
    gone_back = [lead_id for lead_id in turned if lead_id in lead_ids]
    if gone_back:
        record = verdict(kept_id, gone_back, operation=undo.pk, reason=undo.reason, is_merging=is_merging)
        write_decisions([(lead_id, record) for lead_id in (kept_id, *gone_back)], actor=undo.author)
    return {"kept": str(kept_id), "is_merging": is_merging, "children": children}


def verdict(
    kept_id: UUID, lead_ids: Iterable[UUID], *, operation: UUID, reason: str, is_merging: bool = True
) -> dict[str, Any]:
    """What `explain` tells of a merge, of each lead in it."""
    return {
        "duplicate": {
            "verdict": "merged" if is_merging else "un-merged",
            "kept": str(kept_id),
            "merged": [str(lead_id) for lead_id in lead_ids],
            "reason": reason,
            "operation": str(operation),
        }
    }


def _turned(kept_id: UUID, lead_ids: Sequence[UUID], *, is_merging: bool) -> list[UUID]:
    """Of the leads of the operation, those that are merged now, or are no more."""
    others = Lead.objects.among(lead_ids).exclude(pk=kept_id).order_by("pk").values_list("pk", "merged_into")
    return [lead_id for lead_id, merged_into in others if (merged_into == kept_id) == is_merging]


def _check_circle(kept_id: UUID, lead_ids: Sequence[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_IS_ABOVE, [kept_id, kept_id])
        if cursor.fetchone()[0]:
            raise MergedInCircle(kept_id)


def _move(
    relation: Any, recorded: Mapping[str, list[Any]], kept_id: UUID, turned: Sequence[UUID], is_merging: bool
) -> dict[str, list[Any]]:
    rows = [
        (key, *((lead_id, kept_id) if is_merging else (kept_id, lead_id)))
        for lead_id in turned
        for key in recorded.get(str(lead_id), ())
    ]
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_MOVE.format(**_names(relation)), [list(column) for column in zip(*rows, strict=True)])
        moved = {_plain(key) for (key,) in cursor.fetchall()}
    return {
        lead_id: [key for key in keys if key in moved]
        for lead_id, keys in recorded.items()
        if moved & set(keys)
    }


def _names(relation: Any) -> dict[str, str]:
    model = relation.related_model
    quoted = connection.ops.quote_name
    return {
        "table": quoted(model._meta.db_table),
        "column": quoted(relation.field.column),
        "key": quoted(model._meta.pk.column),
        "kind": model._meta.pk.rel_db_type(connection),
    }


def _plain(key: Any) -> Any:
    """A key as JSON keeps it."""
    return key if isinstance(key, int) else str(key)
