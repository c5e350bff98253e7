"""What the ASGI application does with what is not HTTP."""

import asyncio
from typing import Any

from crm.asgi import application


async def talk(scope: dict[str, Any], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    waiting = list(messages)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await application(scope, receive, send)
    return sent


def test_the_websocket_path_is_kept_and_says_to_come_back_later() -> None:
    sent = asyncio.run(talk({"type": "websocket", "path": "/ws/live"}, {"type": "websocket.connect"}))
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[1]["code"] == 1013


def test_starting_and_stopping_are_acknowledged() -> None:
    sent = asyncio.run(
        talk({"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    )
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
