"""A company moves over from another CRM."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count

from leads.models import Decision, Lead, LeadChange
from leads.tests.import_files import ZOHO_ROWS, csv_file, imported, lead_of

pytestmark = pytest.mark.django_db

EXPORT = Path(settings.BASE_DIR) / ".." / "shared" / "data" / "zoho-leads-export.csv"
DISPOSITIONS = {
    "Attempted to Contact": "Attempting",
    "Contact in Future": "Attempting",
    "Contacted": "Contacted",
    "Junk Lead": "Rejected",
    "Lost Lead": "Not Interested",
    "Not Contacted": "New",
    "Pre Qualified": "Qualified",
}


def test_a_dozen_rows_of_a_zoho_export_become_leads() -> None:
    one = imported(csv_file(ZOHO_ROWS))
    assert (one.status, one.created_count, one.refused_count) == ("completed", 12, 0)
    hall = lead_of(one, sub_id="4564")
    assert (hall.last_name, hall.phone, hall.email) == ("Hall", "+18602536354", "marychall@example.com")
    assert hall.created_at == datetime(2021, 4, 15, 4, 3, tzinfo=UTC)  # midnight and three in New York
    assert (hall.disposition, hall.disposition_reason) == ("Rejected", "Imported as 'Junk Lead'")
    assert hall.campaign_source == "Sales Mail Alias"
    assert hall.notes.splitlines()[:2] == ["Company: Chargepal", "Website: ForwardShop.com"]
    assert {"CONVERTED: Yes", "month_Created Time1: April", "Owner: Thomas Mondrake"} <= set(
        hall.notes.splitlines()
    )
    assert 1 <= hall.quality_score <= 10
    assert hall.lead_value > 0


def test_columns_and_statuses_found_are_reported() -> None:
    one = imported(csv_file(ZOHO_ROWS))
    assert one.mapping == {
        "LEADID": "sub_id",
        "Last Name": "last_name",
        "Company": None,
        "Lead Owner": "assigned_agent",
        "Email": "email",
        "Mobile": "phone",
        "Website": None,
        "Industry": None,
        "Lead Source": "campaign_source",
        "Lead Status": "disposition",
        "Created Time": "created_at",
        "CONVERTED": None,
        "month_Created Time1": None,
    }
    assert one.report["unplacedColumns"] == [
        "Company",
        "Website",
        "Industry",
        "CONVERTED",
        "month_Created Time1",
    ]
    assert {name: found["disposition"] for name, found in one.report["statuses"].items()} == DISPOSITIONS
    assert one.report["statuses"]["Junk Lead"] == {"disposition": "Rejected", "rows": 2, "isKnown": True}


def test_an_imported_lead_explains_itself_and_has_a_history() -> None:
    one = imported(csv_file(ZOHO_ROWS))
    lead = lead_of(one, sub_id="4565")
    decision = Decision.objects.get(lead_id=lead.pk)
    assert set(decision.document) == {"duplicate", "score", "price", "assignment", "deadline", "import"}
    assert decision.document["import"] == {"id": str(one.pk), "row": 3}
    change = LeadChange.objects.get(lead_id=lead.pk)
    assert (change.action, change.source, change.actor, change.operation) == (
        "imported",
        "import",
        "import_leads",
        one.pk,
    )


def test_nobody_invents_when_another_crm_first_reached_a_lead() -> None:
    one = imported(csv_file(ZOHO_ROWS))
    contacted = lead_of(one, sub_id="4575")
    assert contacted.disposition == "Contacted"
    assert contacted.first_contact_at is None
    contacted.notes = "called"
    contacted.save()
    contacted.refresh_from_db()
    assert contacted.first_contact_at is None


def test_a_second_run_adds_nothing() -> None:
    content = csv_file(ZOHO_ROWS)
    imported(content)
    again = imported(content)
    assert (again.status, again.created_count, again.refused_count, again.duplicate_count) == (
        "completed",
        0,
        12,
        12,
    )
    assert Lead.objects.count() == 12


@pytest.mark.skipif(not EXPORT.exists(), reason=f"the export of another CRM is not here: {EXPORT}")
def test_the_whole_export_comes_over() -> None:
    content = EXPORT.read_bytes()
    one = imported(content)
    assert (one.status, one.created_count, one.refused_count) == ("completed", 2600, 0)
    with EXPORT.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["LEADID"]: row for row in csv.DictReader(file)}
    for lead in Lead.objects.all():
        row = rows[lead.sub_id]
        assert lead.phone == "+1" + row["Mobile"].replace("-", "")
        assert lead.email == row["Email"].lower()
        assert lead.disposition == DISPOSITIONS[row["Lead Status"]]
        local = datetime.strptime(row["Created Time"], "%d %b, %Y %H:%M:%S")  # noqa: DTZ007 - the file names no zone
        assert lead.created_at.replace(tzinfo=None) - local in (timedelta(hours=4), timedelta(hours=5))
    again = imported(content)
    assert (again.created_count, again.duplicate_count) == (0, 2600)
    counted = Lead.objects.values_list("disposition").annotate(Count("pk"))
    assert dict(counted) == {
        "Attempting": 812, "Contacted": 509, "New": 256, "Not Interested": 269, "Qualified": 522, "Rejected": 232,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_leadsearch")
        assert cursor.fetchone()[0] == 2600
