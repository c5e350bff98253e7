"""POST /api/auth/login, and the lock after five failures."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from crm.core.choices import Role
from crm.core.models import Session, User
from crm.core.redis import redis_client, redis_key
from crm.core.tests.factories import PASSWORD, make_user

LOGIN = "/api/auth/login"
WRONG = {
    "error": "No active account has this name and password.",
    "code": "authentication_required",
    "details": {},
}

pytestmark = pytest.mark.django_db


def fail(anonymous: APIClient, name: str, times: int = 1) -> None:
    for _ in range(times):
        assert anonymous.post(LOGIN, {"username": name, "password": "wrong"}).status_code == 401


def test_answers_tokens_and_the_user(anonymous: APIClient) -> None:
    user = make_user(role=Role.ADMIN, username="alice")

    answer = anonymous.post(LOGIN, {"username": "alice", "password": PASSWORD})

    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["access", "refresh", "tokens", "user"]
    assert body["tokens"] == {"accessToken": body["access"], "refreshToken": body["refresh"]}
    assert list(body["user"]) == [
        "id", "username", "email", "first_name", "last_name", "role", "vendor_code",
        "capacity", "max_capacity", "availability", "last_seen",
    ]  # fmt: skip
    assert body["user"]["id"] == user.pk
    assert answer.headers["Cache-Control"] == "no-store"


def test_access_tokens_say_who_and_last_fifteen_minutes(anonymous: APIClient) -> None:
    user = make_user(role=Role.MANAGER, username="bob")

    access = anonymous.post(LOGIN, {"username": "bob", "password": PASSWORD}).json()["access"]

    claims = jwt.decode(access, settings.SECRET_KEY, algorithms=["HS256"])
    assert claims["user_id"] == user.pk
    assert (claims["username"], claims["email"], claims["role"], claims["vendor_code"]) == (
        "bob",
        user.email,
        "manager",
        None,
    )
    assert claims["exp"] - claims["iat"] == 15 * 60


@pytest.mark.parametrize("field", ["username", "email"])
def test_takes_the_address_in_any_spelling_under_either_name(anonymous: APIClient, field: str) -> None:
    make_user(email="carol@example.com", username="carol")
    answer = anonymous.post(LOGIN, {field: " Carol@Example.COM ", "password": PASSWORD})
    assert answer.status_code == 200


def test_notes_the_session_and_the_time(anonymous: APIClient) -> None:
    user = make_user(last_seen=None)

    anonymous.post(LOGIN, {"username": user.email, "password": PASSWORD}, headers={"User-Agent": "Firefox"})

    session = Session.objects.get(user=user)
    user.refresh_from_db()
    assert (session.address, session.user_agent, session.ended_at) == ("127.0.0.1", "Firefox", None)
    assert user.last_seen is not None
    assert user.last_login is not None
    assert timezone.now() - user.last_seen < timedelta(seconds=30)


def test_unknown_wrong_and_inactive_look_alike(anonymous: APIClient) -> None:
    user, closed = make_user(), make_user(is_active=False)

    answers = [
        anonymous.post(LOGIN, {"username": user.email, "password": "wrong"}),
        anonymous.post(LOGIN, {"username": "nobody@example.com", "password": PASSWORD}),
        anonymous.post(LOGIN, {"username": closed.email, "password": PASSWORD}),
    ]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.json() == WRONG
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "a"}, "password"),
        ({"password": "b"}, "username"),
        ({"username": "a", "password": "b", "remember": True}, "remember"),
        ({"username": ["a"], "password": "b"}, "username"),
        ({"username": "a\x00", "password": "b"}, "username"),
        ({"username": "a", "password": "b\x00"}, "password"),
        ({"username": "a", "password": {"b": 1}}, "password"),
    ],
)
def test_names_the_field_that_is_wrong(anonymous: APIClient, body: dict[str, object], field: str) -> None:
    answer = anonymous.post(LOGIN, body)
    assert answer.status_code == 400
    assert field in answer.json()["details"]


def test_five_failures_lock_the_account_for_fifteen_minutes(anonymous: APIClient) -> None:
    user = make_user()
    fail(anonymous, user.email, times=5)

    answer = anonymous.post(LOGIN, {"username": user.email, "password": PASSWORD})

    assert answer.status_code == 429
    assert answer.json()["code"] == "rate_limited"
    assert 890 <= int(answer.headers["Retry-After"]) <= 900


def test_attempts_while_locked_do_not_lengthen_the_lock(anonymous: APIClient) -> None:
    user = make_user()
    fail(anonymous, user.email, times=5)
    (key,) = redis_client().keys(redis_key("axes-*"))
    redis_client().expire(key, 100)

    answer = anonymous.post(LOGIN, {"username": user.email, "password": PASSWORD})

    assert int(answer.headers["Retry-After"]) <= 100


def test_all_names_of_an_account_count_together(anonymous: APIClient) -> None:
    make_user(username="dave", email="dave@example.com")
    fail(anonymous, "dave", times=2)
    fail(anonymous, "DAVE@example.com", times=2)
    fail(anonymous, " dave@Example.com")
    assert anonymous.post(LOGIN, {"email": "dave@example.com", "password": PASSWORD}).status_code == 429


def test_an_unknown_name_is_locked_like_a_known_one(anonymous: APIClient) -> None:
    fail(anonymous, "nobody", times=5)
    assert anonymous.post(LOGIN, {"username": "nobody", "password": "x"}).status_code == 429


def test_the_lock_holds_for_one_account_from_one_address(anonymous: APIClient) -> None:
    locked, other = make_user(), make_user()
    fail(anonymous, locked.email, times=5)
    assert anonymous.post(LOGIN, {"username": other.email, "password": PASSWORD}).status_code == 200
    elsewhere = APIClient(REMOTE_ADDR="10.1.2.3")
    assert elsewhere.post(LOGIN, {"username": locked.email, "password": PASSWORD}).status_code == 200


def test_success_forgets_earlier_failures(anonymous: APIClient) -> None:
    user = make_user()
    fail(anonymous, user.email, times=4)
    assert anonymous.post(LOGIN, {"username": user.email, "password": PASSWORD}).status_code == 200
    fail(anonymous, user.email, times=4)
    assert anonymous.post(LOGIN, {"username": user.email, "password": PASSWORD}).status_code == 200


def at_once(times: int, sign_in: Callable[[], int]) -> list[int]:
    def run(_: int) -> int:
        try:
            return sign_in()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(run, range(times)))


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As slow as real ones: time for others to come in between."""
    check = User.check_password

    def slowly(user: User, password: str) -> bool:
        time.sleep(0.1)
        return check(user, password)

    monkeypatch.setattr(User, "check_password", slowly)


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_gains_no_guesses(slow_hashes: None) -> None:
    user = make_user()
    wrong = {"username": user.email, "password": "wrong"}
    assert at_once(16, lambda: APIClient().post(LOGIN, wrong).status_code) == [401] * 5 + [429] * 11


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_at_the_admins_form_gains_no_guesses(slow_hashes: None) -> None:
    user = make_user(role=Role.ADMIN)
    wrong = {"username": user.email, "password": "wrong"}
    at_once(8, lambda: Client().post("/admin/login/", wrong).status_code)
    assert APIClient().post(LOGIN, {"username": user.email, "password": PASSWORD}).status_code == 429
    (key,) = redis_client().keys(redis_key("axes-*"))
    assert int(redis_client().get(key) or 0) == 5


@pytest.mark.django_db(transaction=True)
def test_the_right_password_from_many_places_at_once_is_let_in(slow_hashes: None) -> None:
    user = make_user()
    right = {"username": user.email, "password": PASSWORD}
    assert at_once(12, lambda: APIClient().post(LOGIN, right).status_code) == [200] * 12


def test_a_right_password_that_opens_nothing_leaves_no_place_taken() -> None:
    agent = make_user()
    for _ in range(6):
        page = Client().post("/admin/login/", {"username": agent.email, "password": PASSWORD})
        assert page.status_code == 200


def test_the_admins_form_shares_the_lock(anonymous: APIClient) -> None:
    user = make_user(role=Role.ADMIN)
    fail(anonymous, user.email, times=5)

    answer = Client().post("/admin/login/", {"username": user.username, "password": PASSWORD})

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert b"locked for 15 minutes" in answer.content


def test_an_old_token_in_the_request_does_not_stop_a_sign_in(anonymous: APIClient) -> None:
    user = make_user()
    anonymous.credentials(HTTP_AUTHORIZATION="Bearer stale")
    assert anonymous.post(LOGIN, {"username": user.email, "password": PASSWORD}).status_code == 200
