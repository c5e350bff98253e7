"""The floor's statements: what an operation costs when nothing but the SQL is done.

S runs them over psycopg; W runs the same behind a bare WSGI callable (floor_app). Both ask one table of leads
(sql/floor.sql) on the same server, filled with the same rows as ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

PAGE = (
    "SELECT id, public_id, first_name, last_name, email, phone, vendor_code, campaign_source, disposition, priority, "
    "lead_value, quality_score, assigned_agent_id, created_at, updated_at, state FROM floor.leads"
)
NEWEST = "ORDER BY created_at DESC, id DESC LIMIT 50"
SEARCH = f"{PAGE} WHERE (first_name || ' ' || last_name) ILIKE %(q)s OR email ILIKE %(q)s OR phone ILIKE %(q)s {NEWEST}"
GROUPED = """
SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, vendor_code, count(*) AS leads,
       sum(lead_value) FILTER (WHERE disposition NOT IN ('Returned', 'Duplicate')) AS revenue,
       count(*) FILTER (WHERE disposition IN ('Retained for Firm', 'Closed')) AS conversions
  FROM floor.leads WHERE created_at >= %(since)s GROUP BY 1, 2
"""
KNOWN = """
SELECT id FROM floor.leads WHERE lower(email) = lower(%(email)s)
UNION ALL SELECT id FROM floor.leads WHERE phone = %(phone)s LIMIT 1
"""
CREATE = """
INSERT INTO floor.leads (first_name, last_name, email, phone, vendor_code, campaign_source, disposition, priority,
                         lead_value, quality_score, assigned_agent_id, state, accident_date, notes)
VALUES (%(first_name)s, %(last_name)s, %(email)s, %(phone)s, %(vendor_code)s, %(campaign_source)s, %(disposition)s, %(priority)s,
        %(lead_value)s, %(quality_score)s, %(assigned_agent_id)s, %(state)s, %(accident_date)s, %(notes)s)
RETURNING id
"""
BULK_UPDATE = """
WITH before AS (SELECT id, disposition FROM floor.leads WHERE id = ANY(%(ids)s) FOR UPDATE),
     changed AS (UPDATE floor.leads l SET disposition = %(disposition)s, updated_at = now() FROM before WHERE l.id = before.id
                 RETURNING l.id, before.disposition AS old)
INSERT INTO floor.history (lead_id, actor, field, old, new)
SELECT id, 1, 'disposition', old, %(disposition)s FROM changed
"""
BULK_ASSIGN = """
WITH before AS (SELECT id, assigned_agent_id, agent
                  FROM floor.leads JOIN unnest(%(ids)s::bigint[], %(agents)s::int[]) AS given(id, agent) USING (id)
                   FOR UPDATE OF leads),
     changed AS (UPDATE floor.leads l SET assigned_agent_id = agent, updated_at = now() FROM before WHERE l.id = before.id
                 RETURNING l.id, before.assigned_agent_id AS old, agent)
INSERT INTO floor.history (lead_id, actor, field, old, new)
SELECT id, 1, 'assigned_agent_id', old::text, agent::text FROM changed
"""


def _by_facts(condition: str) -> str:
    """The newest leads whose facts fulfil the condition."""
    found = f"SELECT id FROM floor.facts WHERE {condition} {NEWEST}"
    return f"{PAGE} JOIN ({found}) found USING (id) ORDER BY created_at DESC, id DESC"


STATEMENTS: Mapping[str, Sequence[str]] = {
    "list": [f"{PAGE} {NEWEST}"],
    "page": [f"{PAGE} WHERE (created_at, id) < (%(created_at)s, %(id)s) {NEWEST}"],
    "disposition": [f"{PAGE} WHERE disposition = %(disposition)s {NEWEST}"],
    "vendor_disposition": [
        f"{PAGE} WHERE vendor_code = %(vendor_code)s AND disposition = %(disposition)s {NEWEST}"
    ],
    "agent": [f"{PAGE} WHERE assigned_agent_id = %(agent)s {NEWEST}"],
    "state": [f"{PAGE} WHERE state = %(state)s {NEWEST}"],
    "campaign": [f"{PAGE} WHERE campaign_source = %(campaign)s {NEWEST}"],
    "tag": [_by_facts("tags @> ARRAY[%(tag)s]::varchar[]")],
    "quality": [f"{PAGE} WHERE quality_score >= %(least)s {NEWEST}"],
    "deadline": [_by_facts("filing_deadline BETWEEN %(first)s AND %(last)s")],
    "dates": [f"{PAGE} WHERE created_at >= %(first)s AND created_at < %(last)s {NEWEST}"],
    "search": [SEARCH],
    "words": [_by_facts("words @@ to_tsquery('simple', %(word)s || ':*')")],
    "detail": ["SELECT * FROM floor.leads WHERE id = %(id)s"],
    "daily": [
        "SELECT day, key, leads, revenue, conversions FROM floor.daily WHERE dimension = %(dimension)s AND day >= %(first)s"
    ],
    "grouped": [GROUPED],
    "create": [KNOWN, CREATE],
    "patch": [
        "UPDATE floor.leads SET disposition = %(disposition)s, updated_at = now() WHERE id = %(id)s RETURNING id"
    ],
    "assign": [
        "UPDATE floor.leads SET assigned_agent_id = %(agent)s, updated_at = now() WHERE id = %(id)s RETURNING id"
    ],
    "bulk_update": [BULK_UPDATE],
    "bulk_assign": [BULK_ASSIGN],
}
UNPREPARED = frozenset({"search", "words", "tag", "deadline"})
"""Their best plan depends on what is looked for: a generic plan for all would walk the index of dates."""


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of the floor's work: a statement's name and its parameters, which JSON can hold."""

    statement: str
    params: Mapping[str, Any]

    @property
    def is_write(self) -> bool:
        return not STATEMENTS[self.statement][-1].lstrip().startswith("SELECT")


Answer = tuple[list[str], list[tuple[Any, ...]]]


def run(connection: psycopg.Connection, work: Work) -> Answer:
    """Do the work; returns the last statement's column names and rows. More than one statement is a transaction."""
    statements = STATEMENTS[work.statement]
    if len(statements) == 1:
        return _execute(connection, statements[0], work)
    with connection.transaction():
        for statement in statements[:-1]:
            _execute(connection, statement, work)
        return _execute(connection, statements[-1], work)


def _execute(connection: psycopg.Connection, statement: str, work: Work) -> Answer:
    prepare = False if work.statement in UNPREPARED else None
    cursor = connection.execute(statement.encode(), work.params, prepare=prepare)
    if cursor.description is None:
        return [], []
    return [column.name for column in cursor.description], cursor.fetchall()
