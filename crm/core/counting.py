"""How many rows there are, without counting a million of them."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

SURELY = 5
"""How far beyond the limit the planner's estimate must lie to be believed without a count: estimates are off by
factors where filters depend on each other, hardly ever by five."""


def count_up_to(queryset: QuerySet[Any], most: int) -> tuple[int, bool]:
    """The number of rows, exact up to `most`; beyond it the planner's estimate, and True.

    The estimate is asked first: it takes a tenth of the time that counting to 10,000 takes. A queryset that knows
    another with as many rows, for less, has it as `countable`.
    """
    countable: QuerySet[Any] = getattr(queryset, "countable", lambda: queryset)()
    plain = countable.order_by().values("pk")
    estimate = _estimated(plain)
    if estimate >= SURELY * most:
        return estimate, True
    counted = plain[: most + 1].count()
    if counted <= most:
        return counted, False
    return max(estimate, most + 1), True


def _estimated(queryset: QuerySet[Any]) -> int:
    try:
        sql, params = queryset.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return int(plan[0]["Plan"]["Plan Rows"])
