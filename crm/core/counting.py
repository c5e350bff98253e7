"""How many rows there are, without counting a million of them."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

SURELY = 5
"""How far beyond the limit the size of a whole table, as the planner knows it, must lie to be believed uncounted."""


def count_up_to(queryset: QuerySet[Any], most: int) -> tuple[int, bool]:
    """The number of rows, exact up to `most`; beyond it the planner's estimate, and True.

    A whole table's size is asked of the planner first, which takes a tenth of the time of counting to 10,000. What
    filters leave is counted: the planner's guess may be far off once many rows have changed. A queryset that knows
    another with as many rows, for less, has it as `countable`.
    """
    countable: QuerySet[Any] = getattr(queryset, "countable", lambda: queryset)()
    plain = countable.order_by().values("pk")
    if not plain.query.where:
        whole = _estimated(plain)
        if whole >= SURELY * most:
            return whole, True
    counted = plain[: most + 1].count()
    if counted <= most:
        return counted, False
    return max(_estimated(plain), most + 1), True


def _estimated(queryset: QuerySet[Any]) -> int:
    try:
        sql, params = queryset.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return int(plan[0]["Plan"]["Plan Rows"])
