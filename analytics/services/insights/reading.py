"""Running a rule's statement."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from crm.core.clock import day_bounds


def rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """One statement. A date among the parameters stands for that business day's first instant; `zone` is given."""
    asked = {
        name: day_bounds(value)[0] if isinstance(value, date) and not isinstance(value, datetime) else value
        for name, value in parameters.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, asked | {"zone": settings.BUSINESS_TIME_ZONE})
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
