"""Every page of the admin, by every role."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from crm.core.choices import Role
from crm.core.models import User
from crm.core.tests.browsing import browser_as
from crm.core.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

FOR_ADMINS = {"core.outboxevent"}
MANAGERS_ADD = {
    "agencies.agency",
    "analytics.reportschedule",
    "core.invitation",
    "leads.lead",
    "leads.leadimport",
    "leads.savedfilter",
    "leads.scorecard",
    "leads.statelaw",
}
ADMINS_ADD = {
    "core.user",
    *(
        f"django_celery_beat.{name}"
        for name in (
            "periodictask",
            "intervalschedule",
            "crontabschedule",
            "solarschedule",
            "clockedschedule",
        )
    ),
}
SITE = [model._meta for model in admin.site._registry]
LISTS = [
    (options.label_lower, reverse(f"admin:{options.app_label}_{options.model_name}_changelist"))
    for options in SITE
]


@pytest.mark.parametrize(("label", "url"), LISTS)
def test_an_admin_sees_every_list(label: str, url: str) -> None:
    assert browser_as(Role.ADMIN).get(url, follow=True).status_code == 200


@pytest.mark.parametrize(("label", "url"), LISTS)
def test_a_manager_sees_the_business_and_not_the_machinery(label: str, url: str) -> None:
    is_machinery = label.startswith("django_celery_beat") or label in FOR_ADMINS
    assert browser_as(Role.MANAGER).get(url, follow=True).status_code == (403 if is_machinery else 200)


@pytest.mark.parametrize(("label", "url"), LISTS)
def test_an_agent_sees_nothing(label: str, url: str) -> None:
    assert browser_as(Role.AGENT).get(url).status_code == 302


@pytest.mark.parametrize(("label", "url"), LISTS)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_what_a_role_may_add_and_nothing_else(label: str, url: str, role: Role) -> None:
    may = label in MANAGERS_ADD or (role == Role.ADMIN and label in ADMINS_ADD)
    assert browser_as(role).get(f"{url}add/").status_code == (200 if may else 403)


def test_the_address_without_its_slash_leads_to_the_admin(admin: Client) -> None:
    answer = admin.get("/admin")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("path", ["nothing/", "leads/lead/00000000-0000-0000-0000-000000000000/assign/"])
def test_where_there_is_nothing_a_page_says_so(admin: Client, path: str) -> None:
    answer = admin.get(f"/admin/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in answer.content.decode()
    assert "/api/docs" not in answer.content.decode()
    assert admin.get("/nothing").json()["code"] == "not_found"


def test_the_sidebar_shows_what_one_may_see() -> None:
    page = browser_as(Role.MANAGER).get(reverse("admin:index")).content.decode()
    for title in (
        "Leads",
        "Imports",
        "Agencies",
        "Prices",
        "People",
        "Scorecard",
        "State law",
        "Intake policy",
    ):
        assert f"<span>{title}</span>" in page
    assert "<span>Schedules</span>" not in page
    assert "<span>Schedules</span>" in browser_as(Role.ADMIN).get(reverse("admin:index")).content.decode()


def test_one_signs_in_by_either_name() -> None:
    client = Client()
    user = make_user(role=Role.MANAGER, username="boss")
    page = client.get(reverse("admin:login")).content.decode()
    assert "User name or e-mail address" in page
    for name in ("boss", user.email):
        answer = client.post(reverse("admin:login"), {"username": name, "password": PASSWORD})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
        client.logout()


def test_the_lists_of_failed_sign_ins_are_hidden() -> None:
    assert not [options for options in SITE if options.app_label == "axes"]
    assert admin.site.is_registered(User)
