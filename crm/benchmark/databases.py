"""Databases of the benchmark's own, one a size, on the configured server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection as django_connection
from psycopg import sql

from crm.engines.addresses import BASE_DIR, local_database_url
from crm.engines.programs import CARRIER

SEEDED = 10_000  # leads told one by one; beyond these they are multiplied by SQL
SHAPE = 3  # raised when what is built changes: kept databases of another shape are built anew
SQL = Path(__file__).parent / "sql"
WORKERS_DO = ("forecast", "grade_agencies", "insights")
"""What the numbers show beside sums."""
UNLIMITED = "1000000000/min"
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Database:
    """One benchmark database: `leads` in it when it was built, `seconds` that took (0: found as kept)."""

    name: str
    url: str
    leads: int
    seconds: float

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)

    def environment(self) -> dict[str, str]:
        """For the program's own commands and servers on this database; rate limits would measure themselves."""
        environ = {**os.environ, "DATABASE_URL": self.url, "REDIS_URL": settings.REDIS_URL}
        environ |= {
            "ENVIRONMENT": "development",
            "SECRET_KEY": settings.SECRET_KEY,
            "CACHE_PREFIX": self.name,
        }
        environ |= dict.fromkeys(("RATE_LIMIT", "RATE_LIMIT_ANONYMOUS", "RATE_LIMIT_SENSITIVE"), UNLIMITED)
        environ |= {"DEMO_PASSWORD": settings.DEMO_PASSWORD, "ALLOWED_HOSTS": "127.0.0.1"}
        environ.pop(CARRIER, None)
        return environ


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django's connection of this thread, on another database of the same server."""
    before = django_connection.settings_dict["NAME"]
    django_connection.close()
    django_connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        django_connection.close()
        django_connection.settings_dict["NAME"] = before


@contextmanager
def database_of(leads: int, *, keep: bool, say: Say) -> Iterator[Database]:
    """A database with that many leads; a kept one is used again, one that is not to be kept is dropped."""
    server = os.environ.get("DATABASE_URL") or local_database_url(settings.DATA_DIR)
    parts = urlsplit(server)
    name = f"{parts.path.lstrip('/')}_benchmark_{leads}"
    database = Database(name, parts._replace(path=f"/{name}").geturl(), leads, 0.0)
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            if not _is_kept(connection, database):
                _drop(connection, name)
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                database = _build(database, say)
                _mark(connection, database)
            else:
                say(f"{name} is used again")
                _manage(database, "migrate", "--verbosity", "0")
                _vacuum(database)
        yield database
    finally:
        if not keep:
            with psycopg.connect(server, autocommit=True) as connection:
                _drop(connection, name)


def _is_kept(connection: psycopg.Connection, database: Database) -> bool:
    found = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database.name]
    ).fetchone()
    return found is not None and found[0] == _description(database)


def _mark(connection: psycopg.Connection, database: Database) -> None:
    """Last of all: a database whose building was broken off is not taken for a whole one."""
    connection.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(database.name), sql.Literal(_description(database))
        )
    )


def _description(database: Database) -> str:
    return json.dumps({"benchmark": SHAPE, "leads": database.leads})


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _build(database: Database, say: Say) -> Database:
    began = time.perf_counter()
    say(f"building {database.name}: {database.leads:,} leads")
    _manage(database, "migrate", "--verbosity", "0")
    _manage(database, "seed_demo", "--leads", str(min(database.leads, SEEDED)), "--verbosity", "0")
    with database.connect() as connection:
        say("multiplying the leads")
        connection.execute("SELECT set_config('benchmark.leads', %s, false)", [str(database.leads)])
        connection.execute((SQL / "multiply.sql").read_bytes())
        say("building the floor")
        connection.execute((SQL / "floor.sql").read_bytes())
        _enable_statistics(connection, database.name)
    _vacuum(database)
    say("forecasts, grades and insights")
    for command in WORKERS_DO:
        _manage(database, command, "--store", output=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    say(f"built in {seconds:.0f} s")
    return Database(database.name, database.url, database.leads, round(seconds, 1))


def _vacuum(database: Database) -> None:
    """As autovacuum leaves a table in the long run; within a run it comes when it comes."""
    with database.connect() as connection:
        connection.execute("VACUUM (ANALYZE)")


def _enable_statistics(connection: psycopg.Connection, name: str) -> None:
    """Count statements, where the server can; without pg_stat_statements the column stays empty."""
    loaded = connection.execute("SHOW shared_preload_libraries").fetchone()
    if loaded is None or "pg_stat_statements" not in loaded[0]:
        return
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    connection.execute(
        sql.SQL("ALTER DATABASE {} SET pg_stat_statements.track = 'top'").format(sql.Identifier(name))
    )


def _manage(database: Database, *arguments: str, output: int | None = None) -> None:
    command = [sys.executable, str(BASE_DIR / "manage.py"), *arguments]
    subprocess.run(command, env=database.environment(), check=True, stdout=output)
