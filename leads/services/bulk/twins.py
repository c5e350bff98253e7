"""Persons that two leads would stand for, were leads marked as duplicates opened again."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from leads.exceptions import DuplicateLead
from leads.models import IntakePolicy

# As the guard in leads/sql/0004_duplicates.sql looks, with the leads that are leaving beside those that stand.
_TWINS = """
SELECT n.id, o.id, bool_or(n.email <> '' AND o.email = n.email), bool_or(n.phone <> '' AND o.phone = n.phone)
  FROM unnest(%(leaving)s::uuid[]) AS leaving(id) JOIN leads_lead n ON n.id = leaving.id CROSS JOIN LATERAL (
    SELECT id, email, phone, disposition, created_at FROM leads_lead WHERE n.phone <> '' AND phone <> '' AND phone = n.phone
    UNION ALL
    SELECT id, email, phone, disposition, created_at FROM leads_lead WHERE n.email <> '' AND email <> '' AND email = n.email) o
 WHERE o.id <> n.id AND (o.disposition <> 'Duplicate' OR o.id = ANY(%(leaving)s::uuid[]))
   AND o.created_at > n.created_at - make_interval(days => %(window)s)
   AND o.created_at < n.created_at + make_interval(days => %(window)s)
 GROUP BY n.id, o.id
"""


def standing_twins(leaving: Sequence[UUID]) -> dict[UUID, DuplicateLead]:
    """Of these leads, marked as duplicates now, those that must stay so; two statements.

    Another lead stands for the person, or one that comes earlier among these.
    """
    if not leaving:
        return {}
    window = IntakePolicy.objects.get().duplicate_window_days
    twins: dict[UUID, list[tuple[UUID, list[str]]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TWINS, {"leaving": list(leaving), "window": window})
        for lead_id, twin, by_email, by_phone in cursor.fetchall():
            fields = [name for name, is_same in (("email", by_email), ("phone", by_phone)) if is_same]
            twins.setdefault(lead_id, []).append((twin, fields))
    refused: dict[UUID, DuplicateLead] = {}
    to_come = set(leaving)
    for lead_id in leaving:
        to_come.discard(lead_id)
        for twin, fields in twins.get(lead_id, ()):
            if twin not in to_come and twin not in refused:
                refused[lead_id] = DuplicateLead(window_days=window, fields=fields)
                break
    return refused
