"""History is written by the database, whoever writes."""

import pytest
from django.db import DatabaseError, connection, transaction

from crm.core import changes
from crm.core.choices import Role, Source
from crm.core.tests.factories import make_user
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


def test_the_signature_ends_with_its_transaction(transactional_db: None) -> None:
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
    assert {column for column in columns if f"'{column}'" not in source} == set()


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


def test_signing_outside_a_transaction_is_a_programming_error(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        changes.sign(make_user(role=Role.ADMIN).actor(Source.ADMIN), action="updated")
