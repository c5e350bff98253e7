"""W: the floor's statements behind a bare WSGI callable; `GET /list?…` or `POST /create`, `json.dumps`, no more.

Served by uvicorn, as ours, but called right in its event loop: handing each request to a thread, which a real
program needs, costs as much as the whole callable, and a floor has to be low. One request at a time in each of
`PROCESSES`. (gunicorn's threads are between the two; see docs/benchmark.md.)
"""

import json
import os
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import psycopg

from crm.benchmark.floor import Work, run

PROCESSES = 4
ADDRESS = "FLOOR_DATABASE_URL"
Scope = MutableMapping[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]

_connections: list[psycopg.Connection] = []


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """The WSGI callable."""
    is_write = environ["REQUEST_METHOD"] == "POST"
    given = json.loads(environ["wsgi.input"].read()) if is_write else dict(parse_qsl(environ["QUERY_STRING"]))
    names, rows = run(_connection(), Work(environ["PATH_INFO"][1:], given))
    body = json.dumps({"data": [dict(zip(names, row, strict=True)) for row in rows]}, default=str).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


async def server(
    scope: Scope, receive: Callable[[], Awaitable[Scope]], send: Callable[[Scope], Awaitable[None]]
) -> None:
    """The callable as uvicorn calls it."""
    body = b""
    more = scope["method"] == "POST"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": scope["path"],
        "QUERY_STRING": scope["query_string"].decode(),
        "wsgi.input": BytesIO(body),
    }
    head: Scope = {"type": "http.response.start"}

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        head["status"] = int(status[:3])
        head["headers"] = [(name.encode(), value.encode()) for name, value in headers]

    chunks = application(environ, start_response)
    await send(head)
    await send({"type": "http.response.body", "body": b"".join(chunks)})


def _connection() -> psycopg.Connection:
    if not _connections:
        _connections.append(psycopg.connect(os.environ[ADDRESS], autocommit=True))
    return _connections[0]
