"""What stands in the log, and what must not."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test import RequestFactory
from psycopg import errors
from structlog.stdlib import ProcessorFormatter

from crm.core.choices import Role
from crm.core.logs import logging_config
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in

EMAIL = "zebulon@example.com"  # not in the lines that traces quote from here
LINES = "line one\nzebulon"

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """Everything that is logged, as the configuration writes it."""
    config = dict(logging_config("INFO", request.param)["formatters"]["structured"])
    config.pop("()")
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(**config))
    root = logging.getLogger()
    level = root.level
    root.handlers.insert(0, handler)  # before pytest's, which leaves its own text in the record
    root.setLevel("INFO")
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def taken() -> None:
    User.objects.create(email=EMAIL, username="another")


def impossible() -> None:
    User.objects.create(email=f"b{EMAIL}", first_name=LINES, role="emperor")


def unreadable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text::integer", [LINES])


@pytest.mark.parametrize(
    ("act", "kept"),
    [
        (taken, "duplicate key value violates unique constraint"),
        (impossible, "violates check constraint"),
        (unreadable, "invalid input syntax for type integer"),
    ],
)
def test_a_refusal_of_the_database_is_told_without_the_row(
    written: StringIO, act: Callable[[], None], kept: str
) -> None:
    make_user(email="zebulon@example.com")
    try:
        with transaction.atomic():
            act()
    except (IntegrityError, DataError) as error:
        logging.getLogger("crm.core").exception("it failed")
        task = {"exc": repr(error), "args": "('zebulon',)"}
        logging.getLogger("celery.app.trace").log(
            logging.ERROR, "Task raised unexpected: %(exc)s", task, extra={"data": task}
        )
    log = written.getvalue()
    assert "it failed" in log
    assert kept in log
    assert "Traceback" in log
    assert "test_logs.py" in log
    if act is not unreadable:  # of a data error the repr's first line quotes the value, a trace's does not
        assert "zebulon" not in log
    assert "zebulon" not in log.partition("Task raised")[0]


def test_a_group_of_errors_is_told_without_rows(written: StringIO) -> None:
    both = ExceptionGroup("both", [errors.UniqueViolation("no\nDETAIL:  Key (email)=(zebulon) exists.")])
    logging.getLogger("crm.core").error("it failed", exc_info=both)
    assert "UniqueViolation: no" in written.getvalue()
    assert "zebulon" not in written.getvalue()


def test_a_request_is_logged_by_its_route(written: StringIO) -> None:
    user = make_user(email="zebulon@example.com")
    assert signed_in(make_user(role=Role.ADMIN)).get(f"/api/auth/users/{user.username}").status_code == 200
    signed_in(user).get("/nothing/here/zebulon@example.com")
    log = written.getvalue()
    assert "auth/users/(?P<username>" in log
    assert "/nothing/here" in log
    assert "zebulon" not in log


def test_djangos_own_line_of_a_broken_page_names_nobody(written: StringIO) -> None:
    request = RequestFactory().get("/api/auth/users/zebulon@example.com?q=zebulon")
    logging.getLogger("django.request").error(
        "Internal Server Error: %s", request.path, extra={"status_code": 500, "request": request}
    )
    assert "Internal Server Error" in written.getvalue()
    assert "zebulon" not in written.getvalue()


def test_lines_are_json() -> None:
    config = dict(logging_config("INFO", "json")["formatters"]["structured"])
    config.pop("()")
    record = logging.LogRecord("crm", logging.INFO, __file__, 1, "hello %s", ("you",), None)
    line = json.loads(ProcessorFormatter(**config).format(record))
    assert (line["event"], line["level"], line["logger"]) == ("hello you", "info", "crm")
