"""An agency goes only when nothing belongs to it, whoever deletes it."""

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.exceptions import AgencyInUse
from agencies.models import Agency, Contact
from agencies.services import delete_agency
from agencies.tests.factories import make_agency, make_key
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db

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


def test_the_refusal_names_what_holds_the_agency() -> None:
    agency = make_agency()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_leadimport (id, agency_id, author, filename, file, is_dry_run, given_mapping, status,"
            " rows_done, created_count, refused_count, mapping, report, refused_file, error, created_at)"
            " VALUES (gen_random_uuid(), %s, 'a', 'f', 'f', false, '{}', 'queued', 0, 0, 0, '{}', '{}', '', '', now())",
            [agency.code],
        )

    with pytest.raises(AgencyInUse, match="still has imports"):
        delete_agency(code=agency.code, actor=SYSTEM)


def test_raw_sql_cannot_leave_people_without_their_agency() -> None:
    agency = make_agency()
    make_user(role=Role.VENDOR, vendor_code=agency.code)

    with (
        pytest.raises(IntegrityError, match="core_user_vendor_code_fk"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM agencies_agency WHERE code = %s", [agency.code])


def test_nobody_belongs_to_an_agency_that_does_not_exist() -> None:
    with pytest.raises(IntegrityError, match="core_user_vendor_code_fk"), transaction.atomic():
        make_user(role=Role.VENDOR, vendor_code="NOBODY")
