"""What an operation did to each lead, and what was done to the lead since: both read from the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from leads.models import Lead

COLUMNS = frozenset(str(column.column) for column in Lead._meta.concrete_fields)
NEEDED = ("disposition", "assigned_agent_id", "email", "phone", "created_at", "vendor_code")
"""Of a deleted lead, what guards ask for; the rest stays in the history until it is written back."""

_OURS = f"""
SELECT lead_id, id, changes ? 'id' AS is_deletion,
       CASE WHEN changes ? 'id' THEN jsonb_build_object({", ".join(f"'{name}', changes #> '{{{name},0}}'" for name in NEEDED)})
            ELSE changes END
  FROM leads_leadchange WHERE operation = %s ORDER BY id
"""  # noqa: S608 - column names of ours

# The chain of an operation goes from an undo to what it undid, to the first operation.
_SINCE = """
WITH RECURSIVE since AS (
  SELECT c.lead_id, c.id, c.operation, c.actor, c.at, CASE WHEN c.changes ? 'id' THEN '{}' ELSE c.changes END AS changes
    FROM unnest(%s::uuid[], %s::bigint[]) AS ours(lead_id, last)
    JOIN leads_leadchange c ON c.lead_id = ours.lead_id AND c.id > ours.last
), upwards AS (
  SELECT o.id AS operation, o.id AS chain, o.undoes_id
    FROM leads_bulkoperation o WHERE o.id IN (SELECT operation FROM since)
  UNION ALL
  SELECT u.operation, o.id, o.undoes_id FROM upwards u JOIN leads_bulkoperation o ON o.id = u.undoes_id
)
SELECT s.lead_id, s.id, s.operation, COALESCE(u.chain, s.operation), s.actor, s.at, s.changes
  FROM since s LEFT JOIN upwards u ON u.operation = s.operation AND u.undoes_id IS NULL
 ORDER BY s.id
"""


class Change(NamedTuple):
    """A change of a lead after the operation."""

    row: int
    operation: UUID | None
    chain: UUID | None  # the first operation of its chain of undos
    actor: str
    at: datetime
    changes: Mapping[str, Any]

    @property
    def columns(self) -> Iterable[str]:
        """What it touched: a creation or a deletion touches all."""
        return self.changes.keys() or COLUMNS


@dataclass(slots=True)
class Trace:
    """One lead in an operation: its columns before and after, and every change since.

    `row` is the operation's last row of its history. A lead that the operation deleted has its `NEEDED` columns
    in `deleted`.
    """

    lead_id: UUID
    row: int = 0
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    is_created: bool = False
    deleted: dict[str, Any] | None = None
    since: list[Change] = field(default_factory=list)

    def take(self, row: int, changes: Mapping[str, Any], *, is_deletion: bool) -> None:
        """Add the operation's next row about this lead."""
        self.row = row
        if is_deletion:
            self.deleted = dict(changes)
        elif not changes:
            self.is_created = True
        else:
            for column, (old, new) in changes.items():
                self.before.setdefault(column, old)
                self.after[column] = new

    def touched(self) -> dict[str, Change]:
        """By column, the newest change since that still stands."""
        return standing_changes(self.since) if self.since else {}


def standing_changes(since: Sequence[Change]) -> dict[str, Change]:
    """By column, the newest of the changes (oldest first) that still stands.

    An operation and its undo cancel each other, as the undo wrote back what stood before the operation; the
    undo of that undo brings it back. So an operation stands where its chain touched the column an odd number
    of times.
    """
    found: dict[str, Change] = {}
    for column in {column for change in since for column in change.columns}:
        standing = _standing([change for change in since if column in change.columns])
        if standing:
            found[column] = standing[-1]
    return found


def _standing(changes: Iterable[Change]) -> list[Change]:
    plain: list[Change] = []
    chains: dict[UUID, dict[UUID, Change]] = {}
    for change in changes:
        if change.operation is None or change.chain is None:
            plain.append(change)
        else:
            chains.setdefault(change.chain, {})[change.operation] = change
    odd = (list(operations.values())[-1] for operations in chains.values() if len(operations) % 2)
    return sorted([*plain, *odd], key=lambda change: change.row)


def read_traces(operation_id: UUID) -> dict[UUID, Trace]:
    """What the operation did, by lead. One statement."""
    traces: dict[UUID, Trace] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OURS, [operation_id])
        for lead_id, row, is_deletion, changes in cursor:
            trace = traces.get(lead_id) or traces.setdefault(lead_id, Trace(lead_id))
            trace.take(row, orjson.loads(changes), is_deletion=is_deletion)
    return traces


def read_since(traces: Mapping[UUID, Trace]) -> None:
    """Add what happened since. One statement, to be run when the leads are locked."""
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [list(traces), [trace.row for trace in traces.values()]])
        for lead_id, row, operation, chain, actor, at, changes in cursor:
            change = Change(row, operation, chain, actor, at, orjson.loads(changes))
            traces[lead_id].since.append(change)
