"""The terms that suggestions are made from."""

from django.db import connection


def tidy_terms() -> int:
    """Drop the cities, campaigns and tags that no lead has any more, add what is missing; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_tidy_terms()")
        changed: int = cursor.fetchone()[0]
    return changed
