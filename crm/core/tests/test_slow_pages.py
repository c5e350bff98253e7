"""A statement that runs into its time limit: the admin says so, and how to ask for less."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from crm.core.choices import Role
from crm.core.tests.browsing import browser_as

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def locked(table: str) -> Iterator[None]:
    """Whoever reads the table waits, until the limit of a fifth of a second ends the statement."""
    other = connections.create_connection("default")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '200ms'")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.rollback()
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def test_a_list_that_takes_too_long_says_how_to_ask_for_less() -> None:
    admin, url = browser_as(Role.ADMIN), reverse("admin:core_outboxevent_changelist")
    with locked("core_outboxevent"):
        answer = admin.get(url, {"failed_at__isempty": "0"})
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "took too long and was stopped" in text
    assert f'href="{url}"' in text
    assert "statement" not in text
    assert admin.get(url).status_code == 200  # the connection goes on


def test_the_api_answers_in_its_own_language() -> None:
    with locked("core_user"):
        answer = Client().post("/api/auth/login", {"email": "a@b.c", "password": "x"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
