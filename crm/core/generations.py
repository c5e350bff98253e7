"""Whether something has changed: the generation of a scope differs after every commit that touched it.

Triggers and services append a step per scope in their own transactions, so whoever sees a change sees its
generation too, and no writer waits for another. Scopes: "leads", "agency:<code>" (its leads), "agents",
"agencies", "pricing" and what services name.
"""

from collections.abc import Collection

from django.db import connection, transaction

FOLDING_LOCK = 20_260_004  # one folder at a time; any other leaves at once

_MARKS = """
SELECT scope, bit_xor(mark)
  FROM (SELECT scope, mark FROM core_generation WHERE scope = ANY (%(scopes)s)
        UNION ALL
        SELECT scope, mark FROM core_generationstep WHERE scope = ANY (%(scopes)s)) marks
 GROUP BY scope
"""


def agency_scope(code: str) -> str:
    """The scope of one agency's leads."""
    return f"agency:{code}"


def step(*scopes: str) -> None:
    """Say that something within these scopes changes, in the transaction that changes it. One statement."""
    if not connection.in_atomic_block:
        raise RuntimeError("generations.step() needs the transaction of the change: it must commit with it.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_step(VARIADIC %s::text[])", [list(scopes)])


def generations(scopes: Collection[str]) -> tuple[int, ...]:
    """The generation of each scope, in the order given, as this connection sees it now. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, {"scopes": list(scopes)})
        found = dict(cursor.fetchall())
    return tuple(found.get(scope, 0) for scope in scopes)


@transaction.atomic
def fold_steps() -> int:
    """Fold the committed steps into one row a scope; returns how many there were. No generation changes by it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLDING_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT core_fold_steps()")
        return int(cursor.fetchone()[0])
