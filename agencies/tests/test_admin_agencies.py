"""Agencies and their keys in the admin."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.exceptions import AgencyNotFound
from agencies.models import Agency, ApiKey
from agencies.services import key_digest
from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.tests.factories import make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:agencies_agency_changelist")


def page_of(agency: Agency) -> str:
    return reverse("admin:agencies_agency_change", args=[agency.pk])


def sent(agency: Agency, *contacts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    rows = {
        f"contacts-{n}-{name}": value for n, contact in enumerate(contacts) for name, value in contact.items()
    }
    forms = {"contacts-TOTAL_FORMS": len(contacts), "contacts-INITIAL_FORMS": 0}
    fields = {name: getattr(agency, name) for name in ("name", "status", "goal", "notes")}
    return {**fields, **forms, **rows, **changes}


def test_an_agency_is_taken_on(manager: Client) -> None:
    given = {"code": "NORTHSTAR", "name": "North Star", "status": "active", "goal": 50, "notes": ""}
    assert manager.post(reverse("admin:agencies_agency_add"), given).status_code == 302
    assert Agency.objects.get(pk="NORTHSTAR").name == "North Star"


def test_a_code_is_given_once(manager: Client) -> None:
    make_agency(code="NORTHSTAR")
    given = {"code": "NORTHSTAR", "name": "Again", "status": "active", "goal": 50}
    assert manager.post(reverse("admin:agencies_agency_add"), given).status_code == 200


def test_an_agency_is_paused_and_gets_a_contact(manager: Client) -> None:
    agency = make_agency()
    answer = manager.post(
        page_of(agency), sent(agency, {"name": "Dana", "email": "dana@example.com"}, status="paused")
    )
    assert answer.status_code == 302
    agency.refresh_from_db()
    assert agency.status == "paused"
    assert agency.contacts.get().name == "Dana"


def test_contacts_are_replaced_together(manager: Client) -> None:
    agency = make_agency()
    dana, eli = {"name": "Dana", "is_primary": "on", "phone": "(312) 555-0147"}, {"name": "Eli"}
    manager.post(page_of(agency), sent(agency, dana, eli))
    assert agency.contacts.get(is_primary=True).phone == "+13125550147"
    ids = {contact.name: contact.pk for contact in agency.contacts.all()}
    rows = ({"name": "Dana", "id": ids["Dana"]}, {"name": "Eli", "id": ids["Eli"], "is_primary": "on"})
    answer = manager.post(page_of(agency), {**sent(agency, *rows), "contacts-INITIAL_FORMS": 2})
    assert answer.status_code == 302
    assert agency.contacts.get(is_primary=True).name == "Eli"
    gone = ({"name": "Dana", "id": agency.contacts.get(name="Dana").pk, "DELETE": "on"},)
    manager.post(page_of(agency), {**sent(agency, *gone), "contacts-INITIAL_FORMS": 1})
    assert not agency.contacts.filter(name="Dana").exists()


@pytest.mark.parametrize(
    "rows",
    [
        ({"name": "Dana", "is_primary": "on"}, {"name": "Eli", "is_primary": "on"}),
        ({"name": "Dana", "phone": "call me"},),
    ],
)
def test_contacts_that_cannot_be_are_refused(manager: Client, rows: tuple[dict[str, Any], ...]) -> None:
    agency = make_agency()
    assert manager.post(page_of(agency), sent(agency, *rows, name="Renamed")).status_code == 200
    assert not agency.contacts.exists()
    assert not Agency.objects.filter(name="Renamed").exists()


def test_a_second_primary_contact_is_refused_where_the_rows_are(manager: Client) -> None:
    agency = make_agency()
    dana, eli = {"name": "Dana", "is_primary": "on"}, {"name": "Eli"}
    manager.post(page_of(agency), sent(agency, dana, eli))
    ids = {contact.name: contact.pk for contact in agency.contacts.all()}
    rows = [{**dana, "id": ids["Dana"]}, {**eli, "id": ids["Eli"], "is_primary": "on"}]
    page = manager.post(page_of(agency), {**sent(agency, *rows, name="Renamed"), "contacts-INITIAL_FORMS": 2})
    assert "Only one contact can be the primary one." in page.content.decode()
    assert agency.contacts.get(is_primary=True).name == "Dana"
    assert not Agency.objects.filter(name="Renamed").exists()


def test_a_primary_contact_that_goes_makes_room_for_another(manager: Client) -> None:
    agency = make_agency()
    manager.post(page_of(agency), sent(agency, {"name": "Dana", "is_primary": "on"}))
    gone = {"name": "Dana", "is_primary": "on", "id": agency.contacts.get().pk, "DELETE": "on"}
    rows: list[dict[str, Any]] = [gone, {"name": "Eli", "is_primary": "on"}]
    answer = manager.post(page_of(agency), {**sent(agency, *rows), "contacts-INITIAL_FORMS": 1})
    assert answer.status_code == 302
    assert agency.contacts.get().name == "Eli"


def test_what_the_service_refuses_after_all_saves_nothing(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a colleague deletes the agency meanwhile."""

    def refuse(**given: Any) -> None:
        raise AgencyNotFound("GONE")

    agency = make_agency()
    monkeypatch.setattr("agencies.admin.contacts.update_agency", refuse)
    page = manager.post(page_of(agency), sent(agency, {"name": "Dana"}, name="Renamed"))
    assert page.status_code == 200
    assert "There is no agency with the code" in page.content.decode()
    assert not Agency.objects.filter(name="Renamed").exists()


def test_rows_that_a_colleague_replaced_meanwhile_are_refused(manager: Client) -> None:
    agency = make_agency()
    manager.post(page_of(agency), sent(agency, {"name": "Dana", "is_primary": "on"}))
    stale = {"name": "Dana", "is_primary": "on", "id": agency.contacts.get().pk}
    manager.post(page_of(agency), {**sent(agency, {**stale, "title": "CEO"}), "contacts-INITIAL_FORMS": 1})
    page = manager.post(
        page_of(agency), {**sent(agency, {**stale, "title": "CFO"}), "contacts-INITIAL_FORMS": 1}
    )
    assert page.status_code == 200
    assert agency.contacts.get().title == "CEO"


def test_what_must_stay_is_not_deleted(manager: Client) -> None:
    agency = make_agency()
    make_user(role=Role.VENDOR, vendor_code=agency.pk)
    answer = manager.post(
        reverse("admin:agencies_agency_delete", args=[agency.pk]), {"post": "yes"}, follow=True
    )
    assert Agency.objects.filter(pk=agency.pk).exists()
    assert answer.status_code == 200


def test_a_wrong_contact_saves_nothing_of_the_agency(manager: Client) -> None:
    agency = make_agency()
    page = manager.post(
        page_of(agency), sent(agency, {"name": "Dana", "email": "no address"}, name="Renamed")
    )
    assert page.status_code == 200
    agency.refresh_from_db()
    assert agency.name != "Renamed"


def test_a_key_is_shown_once(manager: Client) -> None:
    agency = make_agency()
    shown = manager.post(
        reverse("admin:agencies_agency_new_key", args=[agency.pk]), {"name": "landing pages"}
    )
    secret = re.search(r'value="(mva_[^"]+)"', shown.content.decode())
    assert secret
    assert shown.headers["Cache-Control"].startswith("max-age=0")
    key = ApiKey.objects.get(digest=key_digest(secret[1]))
    page = manager.get(page_of(agency)).content.decode()
    assert key.prefix in page
    assert secret[1] not in page


@pytest.mark.parametrize("code", ["NOBODY", "%00"])
def test_an_unknown_agency_gets_no_key(manager: Client, code: str) -> None:
    assert manager.get(f"{LIST}{code}/keys/new/").status_code == 404


def test_a_key_is_revoked(manager: Client) -> None:
    agency = make_agency()
    manager.post(reverse("admin:agencies_agency_new_key", args=[agency.pk]), {"name": "old"})
    key = ApiKey.objects.get()
    url = reverse("admin:agencies_agency_revoke_key", args=[agency.pk, key.pk])
    manager.get(url)
    assert ApiKey.objects.live().exists()
    manager.post(url)
    assert not ApiKey.objects.live().exists()
    assert "revoked" in manager.get(page_of(agency)).content.decode()


def test_another_agencys_key_is_not_revoked_here(manager: Client) -> None:
    owner, other = make_agency(), make_agency()
    manager.post(reverse("admin:agencies_agency_new_key", args=[owner.pk]), {"name": "theirs"})
    url = reverse("admin:agencies_agency_revoke_key", args=[other.pk, ApiKey.objects.get().pk])
    manager.post(url)
    assert ApiKey.objects.live().exists()


def test_an_agency_without_leads_can_be_deleted(manager: Client) -> None:
    agency = make_agency()
    assert (
        manager.post(reverse("admin:agencies_agency_delete", args=[agency.pk]), {"post": "yes"}).status_code
        == 302
    )
    assert not Agency.objects.filter(pk=agency.pk).exists()


def test_a_longer_list_costs_no_more_queries(manager: Client) -> None:
    make_agency()
    with CaptureQueriesContext(connection) as few:
        manager.get(LIST)
    for _ in range(4):
        make_agency()
    with CaptureQueriesContext(connection) as more:
        manager.get(LIST)
    assert len(few) == len(more)
