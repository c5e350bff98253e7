"""Keeping the counters: folding what statements appended, counting anew, and proving that both agree."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from analytics.choices import Dimension
from analytics.models import CountingZone
from analytics.models.counters import Measures

KEYS = ("dimension", "bucket", "key", "subkey")
MEASURES = tuple(field.name for field in Measures._meta.get_fields() if field.name not in {"id", *KEYS})
BATCH = 20_000
FOLDER_LOCK = 20_260_002  # one at a time folds or counts anew

_COLUMNS = ", ".join((*KEYS, *MEASURES))
_SUMS = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)

# One statement: whoever reads sees a delta either beside the counts or among them.
_FOLD = f"""
WITH moved AS (
    DELETE FROM analytics_countdelta WHERE id IN (SELECT id FROM analytics_countdelta ORDER BY id LIMIT {BATCH})
    RETURNING *),
folded AS (
    INSERT INTO analytics_count ({_COLUMNS})
    SELECT {", ".join(KEYS)}, {_SUMS} FROM moved GROUP BY {", ".join(KEYS)} ORDER BY {", ".join(KEYS)}
    ON CONFLICT ({", ".join(KEYS)}) DO UPDATE
       SET {", ".join(f"{name} = analytics_count.{name} + EXCLUDED.{name}" for name in MEASURES)})
SELECT count(*) FROM moved
"""  # noqa: S608 - names of our own columns

_NEWS = "SELECT core_step(VARIADIC array_append(array_agg('agency:' || code), 'leads')) FROM agencies_agency"

# One statement too: both sides see the same moment, so work going on meanwhile makes no difference.
_DIFFERING = f"""
WITH kept AS (
    SELECT {", ".join(KEYS)}, {_SUMS} FROM analytics_counted GROUP BY {", ".join(KEYS)}
    HAVING {" OR ".join(f"sum({name}) <> 0" for name in MEASURES)}),
counted AS (%s)
SELECT {", ".join(f"COALESCE(kept.{key}, counted.{key})" for key in KEYS)}, to_jsonb(kept), to_jsonb(counted)
  FROM kept FULL JOIN counted USING ({", ".join(KEYS)})
 WHERE ({", ".join(f"kept.{name}" for name in MEASURES)})
       IS DISTINCT FROM ({", ".join(f"counted.{name}" for name in MEASURES)})
 ORDER BY 1, 2, 3, 4
"""  # noqa: S608 - names of our own columns


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that is not what the leads say: (recorded, counted) by measure."""

    dimension: Dimension
    bucket: datetime
    key: str
    measures: dict[str, tuple[Any, Any]]


def fold_counts() -> int:
    """Add what statements appended to the counts; how many deltas that were. Nothing where another one folds."""
    folded = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLDER_LOCK])
            if not cursor.fetchone()[0]:
                return folded
            cursor.execute(_FOLD)
            moved: int = cursor.fetchone()[0]
        folded += moved
        if moved < BATCH:
            return folded


def differing_counts() -> list[Difference]:
    """Every count that differs from the leads at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT analytics_counting('SELECT 1 AS sign, l.* FROM leads_lead l')")
        cursor.execute(_DIFFERING.replace("%s", cursor.fetchone()[0]))
        return [_difference(*row) for row in cursor.fetchall()]


def rebuild_counts() -> None:
    """Count all leads anew, by the days of settings.BUSINESS_TIME_ZONE, while others go on working.

    Counts and deltas that one snapshot sees are replaced by what that snapshot's leads add up to; a statement that
    commits later has its lead and its delta later. Only where the zone changes do writers wait: a delta of the old
    zone's day would stay.
    """
    is_moving = counting_zone() != settings.BUSINESS_TIME_ZONE
    with _only_folder(), transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if is_moving:
            cursor.execute("LOCK TABLE leads_lead IN SHARE ROW EXCLUSIVE MODE")  # before the snapshot
            CountingZone.objects.update_or_create(pk=1, defaults={"name": settings.BUSINESS_TIME_ZONE})
        cursor.execute("DELETE FROM analytics_countdelta")
        cursor.execute("DELETE FROM analytics_count")
        cursor.execute("SELECT analytics_count_all()")
        cursor.execute(_NEWS)


def counting_zone() -> str | None:
    """The zone whose days the counters count by; None in a database that was emptied."""
    return CountingZone.objects.values_list("name", flat=True).first()


@contextmanager
def _only_folder() -> Iterator[None]:
    """Wait for whoever folds. Held by the session: a lock inside the transaction would come after its snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [FOLDER_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [FOLDER_LOCK])


def _difference(
    dimension: int, bucket: datetime, key: str, subkey: str, kept_row: str | None, counted_row: str | None
) -> Difference:
    kept, counted = (json.loads(row or "{}", parse_float=Decimal) for row in (kept_row, counted_row))
    return Difference(
        dimension=Dimension(dimension),
        bucket=bucket,
        key=f"{key} / {subkey}" if dimension == Dimension.CAMPAIGN else key,
        measures={
            name: (kept.get(name, 0), counted.get(name, 0))
            for name in MEASURES
            if kept.get(name, 0) != counted.get(name, 0)
        },
    )
