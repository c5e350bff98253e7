"""How many rows there are, without counting a million of them."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet


def count_up_to(queryset: QuerySet[Any], most: int) -> tuple[int, bool]:
    """The number of rows, exact up to `most`; beyond it the planner's estimate, and True."""
    plain = queryset.order_by()
    counted = plain.values("pk")[: most + 1].count()
    if counted <= most:
        return counted, False
    sql, params = plain.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return max(int(plan[0]["Plan"]["Plan Rows"]), most + 1), True
