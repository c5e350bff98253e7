"""What every test gets: a part of Redis for itself, quick password hashes, the rows that migrations made."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from psycopg import sql
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from crm.core.choices import Role
from crm.core.delivery import deliver_waiting
from crm.core.tests.browsing import browser_as

PUT_BACK = sql.SQL(
    "INSERT INTO {table} OVERRIDING SYSTEM VALUE "
    "SELECT * FROM json_populate_recordset(NULL::{table}, %s) ON CONFLICT DO NOTHING"
)
OURS = ("core", "agencies", "pricing", "leads", "analytics")


# A busy machine is not a failure. In CI the examples are the same each time; elsewhere they are new ones.
hypothesis.settings.register_profile(
    "crm",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("crm")


# A TRUNCATE of fifty tables takes a third of a second, whatever is in them; only a superuser may leave triggers out.
EMPTY = """
DO $$ BEGIN
  IF current_setting('is_superuser')::bool THEN
    PERFORM set_config('session_replication_role', 'replica', true);
    {deletes}
  ELSE
    TRUNCATE {tables};
  END IF;
END $$
"""


def emptying(operations: DatabaseOperations, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
    """What is executed after each test with real commits."""
    names = [operations.quote_name(table) for table in tables]
    deletes = " ".join(f"DELETE FROM {name};" for name in names)  # noqa: S608 - our own tables
    return [EMPTY.format(deletes=deletes, tables=", ".join(names))]


def pytest_configure() -> None:
    DatabaseOperations.sql_flush = emptying  # type: ignore[assignment, method-assign]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits, locks and cached answers of one test are not another's, whoever runs beside it."""
    prefix = f"test-{uuid4().hex}"
    monkeypatch.setitem(settings.CACHES["default"], "KEY_PREFIX", prefix)
    monkeypatch.setattr(caches["default"], "key_prefix", prefix)


@pytest.fixture(scope="session")
def first_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, str]:
    """What migrations wrote, by table, as JSON: the first prices, the intake's rules."""
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    found: dict[str, str] = {}
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names())  # a view among them has no rows of its own
        for table in sorted(tables & {model._meta.db_table for model in models}):
            cursor.execute(sql.SQL("SELECT json_agg(row) FROM {} row").format(sql.Identifier(table)))
            rows = cursor.fetchone()[0]
            if rows:
                found[table] = json.dumps(rows)
    return found


@pytest.fixture(autouse=True)
def rows_of_migrations(request: pytest.FixtureRequest) -> None:
    """A test with real commits empties all tables behind it: the next one finds the first rows again.

    Django's own way (serialized_rollback) saves rows by UPDATE first, which append-only tables refuse.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames
    if not commits:
        return
    for table, rows in request.getfixturevalue("first_rows").items():
        with connection.cursor() as cursor:
            cursor.execute(PUT_BACK.format(table=sql.Identifier(table)), [rows])


@pytest.fixture
def anonymous() -> APIClient:
    """Somebody who is not signed in."""
    return APIClient()


@pytest.fixture
def admin() -> Client:
    """An admin's browser."""
    return browser_as(Role.ADMIN)


@pytest.fixture
def manager() -> Client:
    """A manager's browser."""
    return browser_as(Role.MANAGER)


@pytest.fixture
def deliver() -> Iterator[Callable[[], int]]:
    """Delivers the waiting events, and does at once what they ask workers to do."""
    current_app.conf.task_always_eager = True
    yield deliver_waiting
    current_app.conf.task_always_eager = False
