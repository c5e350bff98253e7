"""Comparing the counts of open leads with the leads themselves, and mending a count that is wrong.

Triggers keep the counts exact; only who turns them off (a restored part of a backup, maintenance by hand) can
make a difference.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from crm.core import generations
from leads.choices import OPEN

# Both sides in one statement see the same moment, so work going on meanwhile makes no difference.
_DIFFERING = """
SELECT person.id, person.email, person.capacity, COALESCE(held.leads, 0)
  FROM core_user person
  LEFT JOIN (SELECT assigned_agent_id, count(*) AS leads FROM leads_lead
              WHERE assigned_agent_id IS NOT NULL AND disposition = ANY(%s) GROUP BY assigned_agent_id) held
    ON held.assigned_agent_id = person.id
 WHERE person.capacity <> COALESCE(held.leads, 0) {among}
 ORDER BY person.email
"""
_LOCK = "SELECT id FROM core_user WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_MEND = """
UPDATE core_user SET capacity = counted.leads
  FROM unnest(%s::bigint[], %s::int[]) AS counted(id, leads) WHERE core_user.id = counted.id
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A person whose count is not the number of open leads held."""

    user_id: int
    email: str
    recorded: int
    counted: int


def differing_capacities() -> list[Difference]:
    """Whose count is wrong at this moment, by e-mail address. One statement."""
    return _differing()


@transaction.atomic
def mend_capacities() -> list[Difference]:
    """Put the counts right; returns what was wrong.

    Who was found wrong is locked and counted again: nobody's count moves between the counting and the writing.
    """
    suspects = [difference.user_id for difference in _differing()]
    if not suspects:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [suspects])
        found = _differing(suspects)
        cursor.execute(_MEND, [[one.user_id for one in found], [one.counted for one in found]])
    generations.step("agents")  # no trigger does: leads that move change capacities all the time
    return found


def _differing(among: list[int] | None = None) -> list[Difference]:
    only = "" if among is None else "AND person.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            _DIFFERING.format(among=only), [[str(one) for one in OPEN], *([] if among is None else [among])]
        )
        return [Difference(*row) for row in cursor.fetchall()]
