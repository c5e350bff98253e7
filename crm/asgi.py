"""One port: HTTP goes to the WSGI application on fixed threads, `/ws/live` is kept for live events."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

from crm.wsgi import application as wsgi_application

Message = MutableMapping[str, Any]
THREADS = 4  # each keeps its own database connection
NOT_YET = 1013  # RFC 6455 registry: try again later

http = WSGIMiddleware(wsgi_application, workers=THREADS)  # type: ignore[arg-type]


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Dispatch by kind of connection."""
    if scope["type"] == "http":
        await http(scope, receive, send)  # type: ignore[arg-type]
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send(
            {"type": "websocket.close", "code": NOT_YET, "reason": "live events are not served here yet"}
        )
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(
    receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
