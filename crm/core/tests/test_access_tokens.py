"""Who an access token lets in, and what ends that at once."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from crm.core.choices import Role
from crm.core.models import Session, User
from crm.core.services.sessions import Origin, open_session
from crm.core.tests.factories import altered, make_user, signed_in
from crm.core.tokens import read_access

ME = "/api/auth/me"

pytestmark = pytest.mark.django_db


def bearing(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = make_user()
    client = signed_in(user)
    with django_assert_num_queries(1):
        answer = client.get(ME)
    assert answer.json()["email"] == user.email


def test_presence_is_noted_once_a_minute(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = make_user()
    client = signed_in(user)
    User.objects.filter(pk=user.pk).update(last_seen=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(2):
        client.get(ME)
    with django_assert_num_queries(1):
        client.get(ME)
    user.refresh_from_db()
    assert user.last_seen is not None
    assert timezone.now() - user.last_seen < timedelta(seconds=30)


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer not-a-token", "Bearer a.b.c"])
def test_without_a_good_token_it_is_401(anonymous: APIClient, header: str | None) -> None:
    if header is not None:
        anonymous.credentials(HTTP_AUTHORIZATION=header)
    answer = anonymous.get(ME)
    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication_required"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_an_expired_token_says_so() -> None:
    tokens = open_session(user=make_user(), origin=Origin())
    answer = bearing(altered(tokens.access, exp=1_700_000_000)).get(ME)
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_expired"


def test_a_token_signed_by_another_key_is_refused() -> None:
    tokens = open_session(user=make_user(), origin=Origin())
    claims = jwt.decode(tokens.access, settings.SECRET_KEY, algorithms=["HS256"])
    for forged in (
        jwt.encode(claims, "another-key-of-thirty-two-bytes-or-more", algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
    ):
        assert bearing(forged).get(ME).status_code == 401


def test_a_refresh_token_is_not_an_access_token() -> None:
    tokens = open_session(user=make_user(), origin=Origin())
    assert bearing(tokens.refresh).get(ME).status_code == 401


def raw(statement: str) -> Callable[[User], None]:
    def change(user: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [user.pk])

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(raw("UPDATE core_user SET is_active = false WHERE id = %s"), id="deactivated"),
        pytest.param(raw("UPDATE core_user SET role = 'manager' WHERE id = %s"), id="another role"),
        pytest.param(raw("UPDATE core_user SET password = 'x' WHERE id = %s"), id="another password"),
        pytest.param(raw("UPDATE core_session SET ended_at = now() WHERE user_id = %s"), id="session ended"),
        pytest.param(raw("DELETE FROM core_session WHERE user_id = %s"), id="session deleted"),
    ],
)
def test_a_change_by_any_path_ends_it_with_the_next_request(change: Callable[[User], None]) -> None:
    user = make_user(role=Role.AGENT)
    client = signed_in(user)
    assert client.get(ME).status_code == 200
    change(user)
    answer = client.get(ME)
    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication_required"


def test_what_the_person_may_do_is_not_read_from_the_token() -> None:
    user = make_user(role=Role.AGENT)
    tokens = open_session(user=user, origin=Origin())
    token = altered(tokens.access, role="admin")
    assert bearing(token).get("/api/auth/users").status_code == 403


def test_another_persons_session_does_not_help() -> None:
    user, other = make_user(), make_user()
    tokens, others = open_session(user=user, origin=Origin()), open_session(user=other, origin=Origin())
    Session.objects.filter(user=user).update(ended_at=timezone.now())
    token = altered(tokens.access, sid=read_access(others.access).session_id.hex)
    assert bearing(token).get(ME).status_code == 401
