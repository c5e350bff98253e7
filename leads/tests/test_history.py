"""History is written by the database, whoever writes."""

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.tests.factories import make_agency
from crm.core import changes
from crm.core.choices import Role, Source
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead, LeadChange
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


def test_raw_sql_is_recorded_as_the_databases_own() -> None:
    lead = make_lead(city="Peoria")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET city = 'Joliet', tags = '{vip}' WHERE id = %s", [lead.pk])
    change = LeadChange.objects.filter(lead_id=lead.pk).latest("id")
    assert (change.source, change.changes) == (
        "database",
        {"city": ["Peoria", "Joliet"], "tags": [[], ["vip"]]},
    )


def test_a_queryset_update_is_recorded_for_each_lead_with_its_signature() -> None:
    leads = [make_lead() for _ in range(3)]
    manager = make_user(role=Role.MANAGER)
    changes.sign(manager.actor(Source.ADMIN, "req-1"), action="updated", reason="cleaning up")
    Lead.objects.update(campaign_source="spring")
    rows = LeadChange.objects.filter(action="updated")
    assert {row.lead_id for row in rows} == {lead.pk for lead in leads}
    assert {(row.actor, row.source, row.request_id, row.reason) for row in rows} == {
        (manager.email, "admin", "req-1", "cleaning up")
    }


@pytest.mark.django_db(transaction=True)
def test_the_signature_ends_with_its_transaction() -> None:
    lead = make_lead()
    with transaction.atomic():
        changes.sign(make_user(role=Role.ADMIN).actor(Source.ADMIN), action="updated")
    Lead.objects.filter(pk=lead.pk).update(city="Peoria")
    assert LeadChange.objects.latest("id").source == "database"


def test_an_update_that_changes_nothing_is_no_history() -> None:
    make_lead(city="Peoria")
    before = LeadChange.objects.count()
    Lead.objects.update(city="Peoria")
    assert LeadChange.objects.count() == before


def test_every_column_is_watched() -> None:
    """A migration that adds a column must call leads_rebuild_history()."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'leads_record_update'")
        source = cursor.fetchone()[0]
    columns = {field.column for field in Lead._meta.concrete_fields} - {"id", "updated_at"}
    assert {column for column in columns if f'"{column}":' not in source} == set()


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM leads_leadchange", "UPDATE leads_leadchange SET actor = 'x'", "DELETE FROM leads_decision"],
)
def test_history_and_decisions_are_only_added_to(statement: str) -> None:
    make_lead()
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_signing_outside_a_transaction_is_a_programming_error() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        changes.sign(make_user(role=Role.ADMIN).actor(Source.ADMIN), action="updated")


def test_history_is_paged_to_its_first_line() -> None:
    lead = make_lead()
    for number in range(5):
        Lead.objects.filter(pk=lead.pk).update(city=f"City {number}")
    client = signed_in(make_user(role=Role.MANAGER))
    page = client.get(f"/api/leads/{lead.pk}/history?limit=4").json()
    rest = client.get(f"/api/leads/{lead.pk}/history?limit=4&cursor={page['pagination']['cursor']}").json()
    entries = page["data"] + rest["data"]
    assert page["pagination"]["total"] == len(entries) == 6
    assert [entry["changes"].get("city", [None, None])[1] for entry in entries][:2] == ["City 4", "City 3"]
    assert entries[-1]["action"] == "created"


def test_a_vendor_is_told_what_became_of_the_lead_however_often_we_wrote_notes() -> None:
    lead = make_lead(make_agency(code="OURS"))
    Lead.objects.filter(pk=lead.pk).update(
        disposition="Rejected", disposition_reason="signed elsewhere", notes="internal"
    )
    for number in range(60):
        Lead.objects.filter(pk=lead.pk).update(notes=f"note {number}")
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="OURS"))
    answer = vendor.get(f"/api/leads/{lead.pk}/history")
    assert [entry["changes"] for entry in answer.json()["data"]] == [{"disposition": ["New", "Rejected"]}, {}]
    assert "signed elsewhere" not in answer.content.decode()
    assert len(vendor.get(f"/api/leads/{lead.pk}").json()["update_history"]) == 2
