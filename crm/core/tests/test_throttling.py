"""Rate limits."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from crm.core.api import throttling
from crm.core.tests.factories import make_user, signed_in

ME = "/api/auth/me"

pytestmark = pytest.mark.django_db


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        api_settings, "DEFAULT_THROTTLE_RATES", {"caller": "3/min", "anonymous": "2/h", "sensitive": "1/min"}
    )
    monkeypatch.setattr("time.time", lambda: 1_800_000_030.5)


def test_every_answer_says_what_is_left(rates: None) -> None:
    client = signed_in(make_user())
    answers = [client.get(ME), client.patch(ME, {"nonsense": 1}), client.get(ME)]
    assert [answer.status_code for answer in answers] == [200, 400, 200]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0"]
    assert answers[0].headers["X-RateLimit-Limit"] == "3"
    assert answers[0].headers["X-RateLimit-Reset"] == "30"


def test_one_more_is_refused_until_the_window_ends(rates: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(make_user())
    statuses = [client.get(ME).status_code for _ in range(3)]
    answer = client.get(ME)
    assert [*statuses, answer.status_code] == [200, 200, 200, 429]
    assert answer.json()["code"] == "rate_limited"
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    monkeypatch.setattr("time.time", lambda: 1_800_000_060.0)
    assert client.get(ME).status_code == 200


def test_each_person_and_each_address_has_its_own(rates: None, anonymous: APIClient) -> None:
    first, second = signed_in(make_user()), signed_in(make_user())
    for _ in range(4):
        first.get(ME)
    assert second.get(ME).status_code == 200
    body = {"refresh": "x"}
    assert [anonymous.post("/api/auth/refresh", body).status_code for _ in range(3)] == [401, 401, 429]
    elsewhere = APIClient(REMOTE_ADDR="10.0.0.9")
    assert elsewhere.post("/api/auth/refresh", body).status_code == 401


@pytest.mark.parametrize(
    "headers", [{"Authorization": "Bearer a.b.c"}, {"X-API-Key": "junk"}, {}], ids=["token", "key", "nothing"]
)
def test_guessing_tokens_and_keys_is_limited_by_address(
    rates: None, anonymous: APIClient, headers: dict[str, str]
) -> None:
    answers = [anonymous.post("/api/leads", {}, headers=headers) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert answers[2].json()["code"] == "rate_limited"
    assert answers[2].headers["Retry-After"]
    assert answers[0].headers["X-RateLimit-Remaining"] == "1"
    assert signed_in(make_user()).get(ME).status_code == 200
    assert APIClient(REMOTE_ADDR="10.0.0.9").get(ME).status_code == 401


def test_whoever_may_not_is_counted_too(rates: None) -> None:
    client = signed_in(make_user())
    assert [client.get("/api/auth/users").status_code for _ in range(4)] == [403, 403, 403, 429]


def test_a_request_is_counted_in_one_round_trip(rates: None, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    count = throttling.CallerRateThrottle._count

    def noted(self: throttling.CallerRateThrottle, key: str, seconds: int) -> int | None:
        counted.append(key)
        return count(self, key, seconds)

    monkeypatch.setattr(throttling.CallerRateThrottle, "_count", noted)
    signed_in(make_user()).get(ME)
    APIClient().get(ME)
    assert [key.split(":")[1] for key in counted] == ["caller", "anonymous"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/auth/login", {"username": "a", "password": "b"}),
        ("/api/auth/forgot-password", {"email": "a@example.com"}),
        (
            "/api/auth/confirm-forgot-password",
            {"email": "a@example.com", "confirmationCode": "X", "newPassword": "y"},
        ),
        ("/api/auth/accept-invite", {"token": "a", "password": "b"}),
    ],
)
def test_where_secrets_could_be_guessed_the_limit_is_tighter(
    rates: None, anonymous: APIClient, path: str, body: dict[str, str]
) -> None:
    assert anonymous.post(path, body).status_code != 429
    assert anonymous.post(path, body).status_code == 429


def test_health_is_never_limited(rates: None, anonymous: APIClient) -> None:
    assert {anonymous.get("/api/health").status_code for _ in range(5)} == {200}


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def unreachable() -> Any:
        pool = redis.ConnectionPool.from_url("unix:///nonexistent.sock")  # which, as the cache's, tries once
        return redis.Redis(connection_pool=pool)

    monkeypatch.setattr(throttling, "redis_client", unreachable)
    yield
    throttling.CallerRateThrottle.complained = False


def test_without_redis_requests_pass_and_it_is_logged_once(
    rates: None, no_redis: None, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(make_user())
    answers = [client.get(ME) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "X-RateLimit-Limit" not in answers[0].headers
    assert caplog.text.count("rate limits are off") == 1


@pytest.mark.parametrize("rate", ["many", "5", "5/fortnight", "-1/min"])
def test_a_rate_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, rate: str) -> None:
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", {"caller": rate})
    with pytest.raises(ImproperlyConfigured, match="'caller' must look like 120/min"):
        throttling.rate_of("caller")
