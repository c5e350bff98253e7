"""POST /api/agents/invite and /api/auth/accept-invite, and the page behind the link."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.models import Invitation, User
from crm.core.tests.factories import make_user, signed_in

INVITE = "/api/agents/invite"
ACCEPT = "/api/auth/accept-invite"
PASSWORD = "a-longer-secret-42"

Deliver = Callable[[], int]
Mails = list[EmailMultiAlternatives]

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER, first_name="Mary", last_name="<b>Ann</b>"))


def token_in(mail: EmailMultiAlternatives) -> str:
    found = re.search(r"/accept-invite\?token=([\w-]+)$", str(mail.body), re.MULTILINE)
    assert found is not None
    return found[1]


def accept(token: str, **fields: str) -> int:
    return APIClient().post(ACCEPT, {"token": token, "password": PASSWORD, **fields}).status_code


def test_mails_a_link_that_opens_the_account(manager: APIClient, mailoutbox: Mails, deliver: Deliver) -> None:
    answer = manager.post(INVITE, {"email": "New@Example.com", "role": "agent"})
    assert answer.status_code == 201
    assert list(answer.json()) == ["email", "role", "vendor_code", "expires_at"]
    assert answer.json()["email"] == "new@example.com"
    deliver()

    (mail,) = mailoutbox
    assert mail.to == ["new@example.com"]
    body = {"token": token_in(mail), "password": PASSWORD, "first_name": "Ned", "last_name": "Flint"}
    answer = APIClient().post(ACCEPT, body)

    assert answer.status_code == 201
    assert answer.json()["user"]["first_name"] == "Ned"
    user = User.objects.get(email="new@example.com")
    assert (user.role, user.username, user.check_password(PASSWORD)) == ("agent", "new@example.com", True)
    me = APIClient().get("/api/auth/me", headers={"Authorization": f"Bearer {answer.json()['access']}"})
    assert me.json()["last_name"] == "Flint"


def test_the_mail_escapes_what_people_call_themselves(
    manager: APIClient, mailoutbox: Mails, deliver: Deliver
) -> None:
    manager.post(INVITE, {"email": "new@example.com", "role": "agent"})
    deliver()
    html = str(mailoutbox[0].alternatives[0][0])
    assert "Mary &lt;b&gt;Ann&lt;/b&gt;" in html
    assert "<b>" not in html


def test_the_link_is_nowhere_but_in_the_mail(
    manager: APIClient, mailoutbox: Mails, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    manager.post(INVITE, {"email": "new@example.com", "role": "agent"})
    with caplog.at_level("DEBUG"):
        deliver()
    token = token_in(mailoutbox[0])
    assert token not in caplog.text
    assert token not in str(Invitation.objects.values())


def test_a_link_works_once_and_for_72_hours(manager: APIClient, mailoutbox: Mails, deliver: Deliver) -> None:
    for name in ("one", "two"):
        manager.post(INVITE, {"email": f"{name}@example.com", "role": "agent"})
    deliver()
    first, second = (token_in(mail) for mail in mailoutbox)
    assert accept(first) == 201
    assert accept(first) == 400
    invitation = Invitation.objects.get(email="two@example.com")
    assert timedelta(hours=71) < invitation.expires_at - timezone.now() < timedelta(hours=73)
    Invitation.objects.update(expires_at=timezone.now())
    assert accept(second) == 400
    assert accept("") == 400


def test_a_second_invitation_replaces_the_first(
    manager: APIClient, mailoutbox: Mails, deliver: Deliver
) -> None:
    for _ in range(2):
        manager.post(INVITE, {"email": "new@example.com", "role": "agent"})
        deliver()
    old, new = (token_in(mail) for mail in mailoutbox)
    assert accept(old) == 400
    assert accept(new) == 201


def test_delivering_twice_mails_once(manager: APIClient, mailoutbox: Mails, deliver: Deliver) -> None:
    from crm.core.services.invitations import mail_invitation

    manager.post(INVITE, {"email": "new@example.com", "role": "agent"})
    deliver()
    mail_invitation(invitation_id=Invitation.objects.get().pk)
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("inviter", "role", "status"),
    [
        (Role.ADMIN, "admin", 201),
        (Role.ADMIN, "manager", 201),
        (Role.MANAGER, "admin", 403),
        (Role.MANAGER, "manager", 403),
        (Role.MANAGER, "agent", 201),
        (Role.AGENT, "agent", 403),
    ],
)
def test_managers_invite_agents_and_vendors_admins_everybody(inviter: Role, role: str, status: int) -> None:
    client = signed_in(make_user(role=inviter))
    assert client.post(INVITE, {"email": "new@example.com", "role": role}).status_code == status


def test_a_manager_does_not_replace_an_admins_invitation(manager: APIClient) -> None:
    signed_in(make_user(role=Role.ADMIN)).post(INVITE, {"email": "new@example.com", "role": "manager"})
    assert manager.post(INVITE, {"email": "new@example.com", "role": "agent"}).status_code == 403


def test_a_vendor_belongs_to_an_agency_that_exists(
    manager: APIClient, mailoutbox: Mails, deliver: Deliver
) -> None:
    agency = make_agency()
    body = {"email": "new@example.com", "role": "vendor", "vendor_code": agency.code}
    assert manager.post(INVITE, body).status_code == 201
    deliver()
    assert accept(token_in(mailoutbox[0])) == 201
    assert User.objects.get(email="new@example.com").vendor_code == agency.code


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "taken@example.com", "role": "agent"}, "email"),
        ({"email": "new@example.com", "role": "boss"}, "role"),
        ({"email": "nonsense", "role": "agent"}, "email"),
        ({"email": "new@example.com", "role": "vendor"}, "vendor_code"),
        ({"email": "new@example.com", "role": "vendor", "vendor_code": "NOBODY"}, "vendor_code"),
        ({"email": "new@example.com", "role": "agent", "vendor_code": "NOBODY"}, "vendor_code"),
        ({"email": "new@example.com", "role": "agent", "name": "Ned"}, "name"),
    ],
)
def test_what_would_refuse_the_account_refuses_the_invitation(
    manager: APIClient, body: dict[str, str], field: str
) -> None:
    make_user(email="taken@example.com")
    people = User.objects.count()
    answer = manager.post(INVITE, body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]
    assert User.objects.count() == people
    assert not Invitation.objects.exists()


def test_the_same_idempotency_key_invites_once(
    manager: APIClient, deliver: Deliver, mailoutbox: Mails
) -> None:
    for _ in range(2):
        answer = manager.post(
            INVITE, {"email": "new@example.com", "role": "agent"}, headers={"Idempotency-Key": "k1"}
        )
        assert answer.status_code == 201
    deliver()
    assert len(mailoutbox) == 1


def test_a_weak_password_names_the_field(manager: APIClient, mailoutbox: Mails, deliver: Deliver) -> None:
    manager.post(INVITE, {"email": "new@example.com", "role": "agent"})
    deliver()
    token = token_in(mailoutbox[0])
    answer = APIClient().post(ACCEPT, {"token": token, "password": "short"})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["password"]
    assert accept(token) == 201


def test_the_link_leads_to_a_page_that_opens_the_account(
    manager: APIClient, mailoutbox: Mails, deliver: Deliver
) -> None:
    manager.post(INVITE, {"email": "new@example.com", "role": "agent"})
    deliver()
    token = token_in(mailoutbox[0])
    browser = Client()
    assert token in browser.get("/accept-invite", {"token": token}).content.decode()
    form = {"token": token, "first_name": "Ned", "last_name": "", "password": "short"}
    refused = browser.post("/accept-invite", form)
    assert refused.status_code == 400
    assert b"too short" in refused.content
    assert browser.post("/accept-invite", {**form, "first_name": "<script>"}).status_code == 400
    welcome = browser.post("/accept-invite", {**form, "password": PASSWORD})
    assert (welcome.status_code, b"Welcome, Ned" in welcome.content) == (201, True)
    again = browser.post("/accept-invite", {**form, "password": PASSWORD})
    assert b"was used, has expired" in again.content
