"""`X-API-Key`: one query, a wrong key is 401, the key wins over the token."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from agencies.api.authentication import KEY_OR_TOKEN, ApiKeyAuthentication
from agencies.models import ApiKey
from agencies.services import revoke_key
from agencies.tests.factories import make_agency, make_key
from crm.core.actors import Actor
from crm.core.api.requests import actor_of
from crm.core.choices import Role, Source
from crm.core.services.sessions import Origin, open_session
from crm.core.tests.factories import make_user

pytestmark = pytest.mark.django_db


class WhoView(APIView):
    """Answers who calls."""

    authentication_classes = KEY_OR_TOKEN

    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        return Response({"label": actor.label, "role": actor.role, "agency": actor.vendor_code})


def ask(**headers: str) -> Response:
    request = APIRequestFactory().get(
        "/", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer: Response = WhoView.as_view()(request)
    return answer


def bearer() -> str:
    manager = make_user(role=Role.MANAGER, email="boss@example.com")
    return f"Bearer {open_session(user=manager, origin=Origin()).access}"


def test_a_key_acts_as_its_agency() -> None:
    key, secret = make_key(make_agency(code="ACME"))

    answer = ask(X_API_Key=secret)

    assert answer.data == {"label": f"key {key.prefix}…", "role": "vendor", "agency": "ACME"}


def test_a_key_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _, secret = make_key(make_agency())
    request = Request(APIRequestFactory().get("/", headers={"X-API-Key": secret}))

    with django_assert_num_queries(1):
        found = ApiKeyAuthentication().authenticate(request)
        assert found is not None
        assert found[0].agency.is_sending
        assert found[0].actor(Source.API).role == Role.VENDOR


@pytest.mark.parametrize("secret", ["", "mva_00000000_wrong", "ünïcode", "x" * 5000])
def test_an_unknown_key_is_refused(secret: str) -> None:
    answer = ask(X_API_Key=secret)

    assert answer.status_code == 401
    assert answer.data["code"] == "authentication_required"
    assert answer["WWW-Authenticate"] == 'ApiKey realm="api"'


def test_a_revoked_key_is_refused() -> None:
    agency = make_agency()
    key, secret = make_key(agency)
    revoke_key(code=agency.code, key_id=key.pk, actor=Actor.system("tests"))

    assert ask(X_API_Key=secret).status_code == 401


def test_a_token_does_too() -> None:
    assert ask(Authorization=bearer()).data["label"] == "boss@example.com"


def test_of_key_and_token_the_key_counts() -> None:
    _, secret = make_key(make_agency(code="ACME"))
    token = bearer()

    assert ask(X_API_Key=secret, Authorization=token).data["agency"] == "ACME"
    assert ask(X_API_Key="wrong", Authorization=token).status_code == 401


def test_a_key_opens_only_what_is_marked_for_keys() -> None:
    _, secret = make_key(make_agency())

    assert APIClient(headers={"X-API-Key": secret}).get("/api/agencies").status_code == 401


def test_the_last_use_is_noted_at_most_once_a_minute() -> None:
    key, secret = make_key(make_agency())
    now = timezone.now()

    def noted_after(last_use: datetime | None) -> datetime:
        ApiKey.objects.update(last_used_at=last_use)
        ask(X_API_Key=secret)
        key.refresh_from_db()
        assert key.last_used_at is not None
        return key.last_used_at

    just_now = now - timedelta(seconds=30)
    assert noted_after(just_now) == just_now
    assert noted_after(now - timedelta(seconds=90)) >= now
    assert noted_after(None) >= now
