"""Statements a request, as PostgreSQL counted them."""

from dataclasses import dataclass

import psycopg

from crm.benchmark.operations.model import Operation
from crm.benchmark.world import World, accepted

REPETITIONS = 10
OWN = """
  FROM pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND toplevel
   AND query !~* '^\\s*(begin|commit|rollback|savepoint|release|set|deallocate)' AND query !~ 'pg_stat_statements'
"""
TOTALS = f"SELECT COALESCE(sum(calls), 0), COALESCE(sum(total_exec_time), 0) {OWN}"
LISTING = f"SELECT query, sum(calls), sum(total_exec_time) {OWN} GROUP BY query"
SHOWN = 160  # characters of a statement

Figures = tuple[float, float]
"""Calls, and milliseconds in all."""


@dataclass(frozen=True, slots=True)
class Counted:
    """For one request, on average: statements (transaction control left out) and the milliseconds they took."""

    statements: float
    milliseconds: float


def count(operation: Operation, world: World) -> Counted | None:
    """Ask again and count; none where the server does not load pg_stat_statements."""
    if not is_available(world.connection):
        return None
    repetitions = 1 if operation.is_heavy else REPETITIONS
    statements = milliseconds = 0.0
    for _ in range(repetitions):
        case = operation.draw(world)
        before = _totals(world.connection)
        accepted(world.client.send(case.ours))
        after = _totals(world.connection)
        statements += after[0] - before[0]
        milliseconds += after[1] - before[1]
    return Counted(round(statements / repetitions, 1), milliseconds / repetitions)


def listing(operation: Operation, world: World) -> list[str]:
    """A line for each statement of one request: calls, milliseconds, the beginning of its text."""
    case = operation.draw(world)
    before = _by_statement(world.connection)
    accepted(world.client.send(case.ours))
    lines = []
    for query, (calls, milliseconds) in _by_statement(world.connection).items():
        earlier = before.get(query, (0.0, 0.0))
        if calls > earlier[0]:
            text = " ".join(query.split())[:SHOWN]
            lines.append(f"{calls - earlier[0]:5.0f} x {milliseconds - earlier[1]:9.2f} ms  {text}")
    return lines


def is_available(connection: psycopg.Connection) -> bool:
    """Whether statements are counted in this database."""
    found = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'").fetchone()
    return found is not None


def _totals(connection: psycopg.Connection) -> Figures:
    found = connection.execute(TOTALS.encode()).fetchone()
    assert found is not None  # noqa: S101 - an aggregate has one row
    return float(found[0]), float(found[1])


def _by_statement(connection: psycopg.Connection) -> dict[str, Figures]:
    rows = connection.execute(LISTING.encode()).fetchall()
    return {query: (float(calls), float(milliseconds)) for query, calls, milliseconds in rows}
