"""Logging: one JSON object a line (readable lines with LOG_FORMAT=console), each with its request's id."""

import re
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from django.db import Error as DjangoError
from django.http import HttpRequest
from psycopg import Error as DriverError

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
DATA_ERRORS = "22"  # the class of SQL states whose first line quotes the value
QUOTED = re.compile(r': ".*', re.DOTALL)
DETAIL = re.compile(
    r"(?:\\n|\s)*\b(?:DETAIL|CONTEXT):  .*|\bKey \(.*\)=\(.*|\bFailing row contains.*", re.DOTALL
)


def route_of(request: HttpRequest) -> str:
    """Where a request leads, without the names and addresses that stand in its path."""
    match = request.resolver_match
    return f"/{match.route}" if match else "/".join(request.path.split("/")[:3])


def trace_without_rows(exc_info: ExcInfo) -> str:
    """A trace as usual, but of what PostgreSQL says only that which quotes no row and no parameter."""
    trace: Any = traceback.TracebackException(*exc_info, compact=True)
    _hide_rows(trace, exc_info[1])
    return "".join(trace.format()).rstrip()


def without_names(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops what libraries add of a request's path, a task's arguments, a row's values."""
    if isinstance(request := event.pop("request", None), HttpRequest):
        event["event"] = str(event["event"]).partition(": ")[0]
        event["path"] = route_of(request)
    if str(event.get("logger")).startswith("celery"):
        event.pop("data", None)
    event["event"] = DETAIL.sub("", str(event["event"]))
    return event


def _hide_rows(trace: Any, error: BaseException | None) -> None:
    """`trace` and `error` are one tree: causes, contexts, members of groups."""
    if trace is None or error is None:
        return
    trace._str = _without_rows(error, trace._str)
    _hide_rows(trace.__cause__, error.__cause__)
    _hide_rows(trace.__context__, error.__context__)
    if isinstance(error, BaseExceptionGroup):
        for one, member in zip(trace.exceptions, error.exceptions, strict=False):
            _hide_rows(one, member)


def _without_rows(error: BaseException, told: str) -> str:
    cause = error.__cause__ if isinstance(error, DjangoError) else error
    if not isinstance(cause, DriverError) or not cause.diag.message_primary:
        return DETAIL.sub("", told)
    primary = cause.diag.message_primary
    return QUOTED.sub("", primary) if (cause.sqlstate or "").startswith(DATA_ERRORS) else primary


def logging_config(level: str, log_format: str) -> dict[str, Any]:
    """The LOGGING setting. Records of libraries and of this program come out alike."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False)
        if log_format == "console"
        else structlog.processors.JSONRenderer(default=str)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    without_names,
                    structlog.processors.ExceptionRenderer(trace_without_rows),
                    renderer,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},  # 4xx are in the request line already
            "django.server": {"level": "WARNING"},
            "uvicorn.access": {"level": "WARNING"},
            "axes": {"level": "ERROR"},  # its warnings carry user names and addresses
            "celery": {"level": "WARNING"},
            "faker": {"level": "WARNING"},
        },
    }
