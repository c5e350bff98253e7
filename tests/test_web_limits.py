"""What a web server lets its database and its proxies do."""

import asyncio
from typing import Any

import pytest
from django.db import connection
from uvicorn.config import Config
from uvicorn.main import main as uvicorn_command

from crm.core.api.accounts import sessions
from crm.core.tests.factories import make_user, signed_in
from crm.engines import programs


@pytest.mark.django_db
def test_a_statement_that_takes_too_long_is_stopped_and_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(5)")

    client = signed_in(make_user())
    monkeypatch.setattr(sessions, "user_of", slowly)
    answer = client.get("/api/auth/me")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "Ask for less" in answer.json()["error"]
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("trusted", "seen"), [("10.0.0.0/8", "203.0.113.9"), ("192.168.0.1", "10.0.0.5"), (None, "10.0.0.5")]
)
def test_only_a_named_proxy_says_where_a_request_comes_from(
    monkeypatch: pytest.MonkeyPatch, trusted: str | None, seen: str
) -> None:
    if trusted is None:
        monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    else:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    argv = programs.web("127.0.0.1", 8000, 2, "info")
    chosen = uvicorn_command.make_context("uvicorn", argv[argv.index("uvicorn") + 1 :]).params
    addresses: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        addresses.append(scope["client"][0])

    config = Config(
        app,
        proxy_headers=chosen["proxy_headers"],
        forwarded_allow_ips=chosen["forwarded_allow_ips"],
        log_config=None,
    )
    config.load()
    scope = {
        "type": "http",
        "client": ("10.0.0.5", 1),
        "headers": [(b"x-forwarded-for", b"198.51.100.1, 203.0.113.9")],
    }
    asyncio.run(config.loaded_app(scope, None, None))
    assert addresses == [seen]
