"""An agency goes only when nothing belongs to it, whoever deletes it."""

from threading import Thread

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from agencies.exceptions import AgencyInUse
from agencies.models import Agency, Contact
from agencies.services import delete_agency
from agencies.tests.factories import make_agency, make_key
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db

FOREIGN_KEY = "core_user_vendor_code_fk"
SYSTEM = Actor.system("tests")


def test_an_agency_without_leads_goes_with_its_contacts_and_keys() -> None:
    agency = make_agency()
    make_key(agency)
    agency.contacts.create(name="Ann")
    manager = signed_in(make_user(role=Role.MANAGER))

    answer = manager.delete(f"/api/agencies/{agency.code}")

    assert answer.status_code == 200
    assert answer.json() == {"success": True, "code": agency.code}
    assert not Agency.objects.exists()
    assert not Contact.objects.exists()


def test_an_agency_with_people_stays() -> None:
    agency = make_agency()
    make_user(role=Role.VENDOR, vendor_code=agency.code)
    manager = signed_in(make_user(role=Role.MANAGER))

    answer = manager.delete(f"/api/agencies/{agency.code}")

    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert answer.json()["details"] == {"held_by": ["people"]}
    assert Agency.objects.filter(pk=agency.code).exists()


@pytest.mark.parametrize(
    ("model", "fields", "held_by"),
    [
        ("leads.Lead", {"last_name": "Reyes", "phone": "+13122000001"}, "leads"),
        ("leads.LeadImport", {"filename": "leads.csv", "author": "a@example.com"}, "imports"),
    ],
)
def test_the_refusal_names_what_holds_the_agency(model: str, fields: dict[str, str], held_by: str) -> None:
    agency = make_agency()
    apps.get_model(model).objects.create(agency=agency, **fields)

    with pytest.raises(AgencyInUse, match=f"still has {held_by}"):
        delete_agency(code=agency.code, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_comes_in_during_the_deletion_is_refused() -> None:
    agency = make_agency()
    leads = apps.get_model("leads.Lead").objects
    refused: list[type[Exception]] = []

    def add_lead() -> None:
        try:
            leads.create(agency=agency, phone="+13122000002")  # waits for the deletion's lock
        except IntegrityError as error:
            refused.append(type(error))
        finally:
            connection.close()

    adding = Thread(target=add_lead)
    with transaction.atomic():
        delete_agency(code=agency.code, actor=SYSTEM)
        adding.start()
        adding.join(timeout=0.5)
        assert adding.is_alive()
    adding.join(timeout=10)

    assert refused == [IntegrityError]
    assert not leads.exists()


def test_no_path_can_leave_people_without_their_agency() -> None:
    agency = make_agency()
    make_user(role=Role.VENDOR, vendor_code=agency.code)

    with pytest.raises(IntegrityError, match=FOREIGN_KEY), transaction.atomic():
        Agency.objects.filter(pk=agency.code).delete()


def test_nobody_belongs_to_an_agency_that_does_not_exist() -> None:
    with pytest.raises(IntegrityError, match=FOREIGN_KEY), transaction.atomic():
        make_user(role=Role.VENDOR, vendor_code="NOBODY")
