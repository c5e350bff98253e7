"""People and invitations in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.core.choices import Availability, Role
from crm.core.models import Invitation, User
from crm.core.tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a-new-pass-phrase-77"
ADD = reverse("admin:core_user_add")
INVITE = reverse("admin:core_invitation_add")


def page_of(user: User) -> str:
    return reverse("admin:core_user_change", args=[user.pk])


def sent(user: User, **changes: Any) -> dict[str, Any]:
    fields = (
        "first_name",
        "last_name",
        "email",
        "username",
        "role",
        "vendor_code",
        "max_capacity",
        "availability",
    )
    return {**{name: getattr(user, name) for name in fields}, "is_active": "on", **changes}


def test_an_admin_makes_an_account(admin: Client) -> None:
    given = {
        "email": "New@Example.com",
        "first_name": "New",
        "role": "agent",
        "max_capacity": 5,
        "password": NEW_PASSWORD,
    }
    assert admin.post(ADD, given).status_code == 302
    made = User.objects.get(email="new@example.com")
    assert made.check_password(NEW_PASSWORD)


def test_a_taken_address_is_refused_at_its_field(admin: Client) -> None:
    taken = make_user()
    page = admin.post(ADD, {"email": taken.email, "role": "agent", "max_capacity": 5})
    assert "email" in page.context["adminform"].form.errors


def test_a_manager_sets_an_agents_room(manager: Client) -> None:
    make_user(role=Role.ADMIN)
    agent = make_user(role=Role.AGENT)
    answer = manager.post(page_of(agent), sent(agent, max_capacity=7, availability="away"))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    agent.refresh_from_db()
    assert (agent.max_capacity, agent.availability) == (7, Availability.AWAY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("role", "admin"),
        ("email", "other@example.com"),
        ("username", "other"),
        ("first_name", "Other"),
        ("last_name", "Other"),
        ("vendor_code", "OTHER"),
    ],
)
def test_a_manager_changes_nothing_else_about_an_agent(manager: Client, name: str, value: str) -> None:
    agent = make_user(role=Role.AGENT)
    before = getattr(agent, name)
    assert manager.post(page_of(agent), sent(agent, **{name: value})).status_code == 302
    agent.refresh_from_db()
    assert getattr(agent, name) == before


def test_a_manager_changes_no_admin(manager: Client) -> None:
    chief = make_user(role=Role.ADMIN)
    assert manager.post(page_of(chief), sent(chief, first_name="Changed")).status_code == 403
    assert manager.get(page_of(chief)).status_code == 200
    assert manager.get(ADD).status_code == 403


def test_deactivating_ends_the_sign_ins(admin: Client) -> None:
    agent = make_user(role=Role.AGENT)
    api = signed_in(agent)
    without = {name: value for name, value in sent(agent).items() if name != "is_active"}
    assert admin.post(page_of(agent), without).status_code == 302
    assert api.get("/api/auth/me").status_code == 401


def test_a_new_password_is_set_and_a_weak_one_refused(admin: Client) -> None:
    agent = make_user(role=Role.AGENT)
    url = reverse("admin:core_user_password", args=[agent.pk])
    assert "Set password" in admin.get(page_of(agent)).content.decode()
    assert "too short" in admin.post(url, {"password": "short"}).content.decode()
    assert admin.post(url, {"password": NEW_PASSWORD}).status_code == 302
    agent.refresh_from_db()
    assert agent.check_password(NEW_PASSWORD)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.AGENT])
def test_a_manager_sets_nobodys_password(manager: Client, role: Role) -> None:
    person = make_user(role=role)
    url = reverse("admin:core_user_password", args=[person.pk])
    assert manager.get(url).status_code == 403
    assert manager.post(url, {"password": NEW_PASSWORD}).status_code == 403
    assert "Set password" not in manager.get(page_of(person)).content.decode()
    person.refresh_from_db()
    assert not person.check_password(NEW_PASSWORD)


def test_a_manager_asks_an_agent_in(manager: Client) -> None:
    assert (
        manager.post(INVITE, {"email": "Maya@Example.com", "role": "agent", "vendor_code": ""}).status_code
        == 302
    )
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("maya@example.com", Role.AGENT)
    assert "waiting" in manager.get(reverse("admin:core_invitation_changelist")).content.decode()


def test_a_manager_asks_no_admin_in(manager: Client) -> None:
    page = manager.post(INVITE, {"email": "chief@example.com", "role": "admin", "vendor_code": ""})
    assert page.status_code == 200
    assert not Invitation.objects.exists()


def test_inviting_again_replaces_the_first(manager: Client) -> None:
    for _ in range(2):
        manager.post(INVITE, {"email": "maya@example.com", "role": "agent", "vendor_code": ""})
    assert Invitation.objects.count() == 1


def test_the_list_shows_how_full_everyone_is(manager: Client) -> None:
    make_user(role=Role.AGENT, first_name="Maya", last_name="Full", max_capacity=20)
    page = manager.get(reverse("admin:core_user_changelist"), {"q": "maya"}).content.decode()
    assert "Maya Full" in page
    assert "0 of 20" in page
