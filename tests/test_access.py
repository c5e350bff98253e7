"""Every endpoint with every role: who is let in, and that nobody sees another tenant's people."""

import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency, make_key
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads.models import Comment, Lead
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

SECRET = "Xanthippe"
OPEN = {
    ("post", "/api/auth/login"),
    ("post", "/api/auth/refresh"),
    ("post", "/api/auth/logout"),
    ("post", "/api/auth/forgot-password"),
    ("post", "/api/auth/confirm-forgot-password"),
    ("post", "/api/auth/accept-invite"),
    ("get", "/api/health"),
}
MANAGERS_ONLY = re.compile(
    r"/api/(admin/|reports/|auth/users|agents$|agents/invite|pricing$|pricing/(default|vendor|smart|simulate)|leads/bulk-assign|leads/\{id\}/(assign|reassign|unassign|merge|merge-preview|unmerge))"
)


@pytest.fixture
def operations(client: Any) -> list[tuple[str, str]]:
    paths = client.get("/api/schema").json()["paths"]
    return [
        (method, path)
        for path, verbs in paths.items()
        for method in verbs
        if method in ("get", "post", "put", "patch", "delete")
    ]


@pytest.fixture
def foreign_lead() -> Lead:
    make_agency(code="OURS")
    theirs = make_agency(code="THEIRS", name=f"{SECRET} Media")
    lead = make_lead(theirs, first_name=SECRET, email="xanthippe@example.com", notes=f"{SECRET} called")
    Comment.objects.create(lead=lead, author=make_user(role=Role.MANAGER), comment=f"{SECRET} is waiting")
    return lead


def call(client: APIClient, method: str, path: str, lead: Lead) -> Any:
    values = {"code": "THEIRS", "username": "nobody@example.com"}
    target = re.sub(
        r"\{(\w+)\}", lambda found: values.get(found[1], "1" if "agents" in path else str(lead.pk)), path
    )
    return getattr(client, method)(target, None if method == "get" else {})


def test_nobody_gets_in_without_credentials(operations: list[tuple[str, str]], foreign_lead: Lead) -> None:
    for method, path in operations:
        status = call(APIClient(), method, path, foreign_lead).status_code
        assert status == 401 or (method, path) in OPEN, (method, path, status)


@pytest.mark.parametrize("role", [Role.AGENT, Role.VENDOR])
def test_agents_and_vendors_never_see_others(
    role: Role, operations: list[tuple[str, str]], foreign_lead: Lead
) -> None:
    client = signed_in(make_user(role=role, vendor_code="OURS" if role == Role.VENDOR else ""))
    for method, path in operations:
        if (method, path) in OPEN:
            continue
        answer = call(client, method, path, foreign_lead)
        body = answer.content.decode(errors="replace")
        assert answer.status_code < 500, (method, path, body)
        assert SECRET.lower() not in body.lower(), (method, path)
        if MANAGERS_ONLY.match(path):
            assert answer.status_code in (403, 404), (method, path, answer.status_code)
    assert Lead.objects.filter(pk=foreign_lead.pk, first_name=SECRET).exists()


def test_an_agencys_key_opens_intake_and_nothing_else(
    operations: list[tuple[str, str]], foreign_lead: Lead
) -> None:
    _, secret = make_key(make_agency(code="KEYED"))
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    opened = set()
    for method, path in operations:
        if (method, path) not in OPEN and call(client, method, path, foreign_lead).status_code != 401:
            opened.add((method, path))
    assert opened == {("post", "/api/leads"), ("post", "/api/pricing/quote")}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_nothing_breaks_for_staff(role: Role, operations: list[tuple[str, str]], foreign_lead: Lead) -> None:
    client = signed_in(make_user(role=role))
    for method, path in operations:
        if method == "get":
            answer = call(client, method, path, foreign_lead)
            assert answer.status_code < 500, (path, answer.content)
