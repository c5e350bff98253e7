"""POST /api/auth/refresh and /api/auth/logout: a family of tokens, of which one is good."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from crm.core.models import Session, User
from crm.core.services.sessions import Origin, open_session, prune_sessions
from crm.core.tests.factories import altered, make_user
from crm.core.tokens import Tokens

REFRESH = "/api/auth/refresh"
LOGOUT = "/api/auth/logout"


@pytest.fixture
def tokens(db: None) -> Tokens:
    return open_session(user=make_user(), origin=Origin())


def may_read(access: str) -> bool:
    return APIClient().get("/api/auth/me", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def test_answers_new_tokens(anonymous: APIClient, tokens: Tokens) -> None:
    answer = anonymous.post(REFRESH, {"refresh": tokens.refresh})
    assert answer.status_code == 200
    assert list(answer.json()) == ["access", "refresh"]
    assert may_read(answer.json()["access"])
    assert anonymous.post(REFRESH, {"refresh": answer.json()["refresh"]}).status_code == 200


def test_a_used_token_ends_the_whole_family(anonymous: APIClient, tokens: Tokens) -> None:
    newer = anonymous.post(REFRESH, {"refresh": tokens.refresh}).json()

    answer = anonymous.post(REFRESH, {"refresh": tokens.refresh})

    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication_required"
    assert not may_read(newer["access"])
    assert not may_read(tokens.access)
    assert anonymous.post(REFRESH, {"refresh": newer["refresh"]}).status_code == 401


def test_another_sign_in_of_the_same_person_goes_on(anonymous: APIClient, tokens: Tokens) -> None:
    other = open_session(user=tokens.user, origin=Origin())
    anonymous.post(REFRESH, {"refresh": tokens.refresh})
    anonymous.post(REFRESH, {"refresh": tokens.refresh})
    assert may_read(other.access)


@pytest.mark.parametrize("path", [REFRESH, LOGOUT])
def test_nonsense_is_401(anonymous: APIClient, db: None, path: str) -> None:
    assert anonymous.post(path, {"refresh": "nonsense"}).status_code == 401


def test_an_access_token_does_not_refresh(anonymous: APIClient, tokens: Tokens) -> None:
    assert anonymous.post(REFRESH, {"refresh": tokens.access}).status_code == 401


def test_an_expired_token_says_so(anonymous: APIClient, tokens: Tokens) -> None:
    answer = anonymous.post(REFRESH, {"refresh": altered(tokens.refresh, exp=1_700_000_000)})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def close(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user: User) -> None:
    User.objects.filter(pk=user.pk).update(password="another")


@pytest.mark.parametrize("change", [close, change_password])
def test_what_ends_an_access_token_ends_the_refresh_token(
    anonymous: APIClient, tokens: Tokens, change: Callable[[User], None]
) -> None:
    change(tokens.user)
    assert anonymous.post(REFRESH, {"refresh": tokens.refresh}).status_code == 401
    assert not Session.objects.live().filter(user=tokens.user).exists()


def test_a_token_from_before_a_password_change_does_not_end_newer_sign_ins(
    anonymous: APIClient, tokens: Tokens
) -> None:
    user = tokens.user
    change_password(user)
    user.refresh_from_db()
    newer = open_session(user=user, origin=Origin())
    anonymous.post(REFRESH, {"refresh": tokens.refresh})
    assert may_read(newer.access)


def test_logout_ends_the_sign_in_at_once(anonymous: APIClient, tokens: Tokens) -> None:
    answer = anonymous.post(LOGOUT, {"refresh": tokens.refresh})
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert not may_read(tokens.access)
    assert anonymous.post(REFRESH, {"refresh": tokens.refresh}).status_code == 401
    assert anonymous.post(LOGOUT, {"refresh": tokens.refresh}).status_code == 200


def test_sign_ins_past_their_last_token_are_deleted(tokens: Tokens) -> None:
    assert prune_sessions() == 0
    Session.objects.update(refreshed_at=timezone.now() - timedelta(days=15))
    assert prune_sessions() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_race_exactly_one_wins_and_the_family_ends() -> None:
    for _ in range(5):
        tokens = open_session(user=make_user(), origin=Origin())
        together = Barrier(2)

        def refresh(_: int, token: str = tokens.refresh, start: Barrier = together) -> int:
            start.wait()
            status = APIClient().post(REFRESH, {"refresh": token}).status_code
            connections.close_all()
            return status

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(refresh, range(2))) == [200, 401]
        assert not Session.objects.live().filter(user=tokens.user).exists()
