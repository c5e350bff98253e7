"""Rows that are not taken come back with the reason."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from leads.models import ImportRefusal, Lead
from leads.tests.factories import make_lead
from leads.tests.import_files import csv_file, imported, people, refusals_of, xlsx_file

pytestmark = pytest.mark.django_db


def test_refused_rows_come_back_as_they_were_with_number_and_reason() -> None:
    rows = [
        *people(1),
        *people(1, start=1, accident_date="2099-01-01", Company="Fedco"),
        {"last_name": "Gone", "email": "", "phone": ""},
        {"last_name": "<script>", "email": "x@example.com", "phone": "12"},
    ]
    header = ["last_name", "email", "phone", "accident_date", "Company"]
    one = imported(csv_file([{name: row.get(name, "") for name in header} for row in rows]))
    assert (one.created_count, one.refused_count, one.rows_total) == (1, 3, 4)
    refused = refusals_of(one)
    assert list(refused[0]) == [*header, "row", "reason"]
    assert [row["row"] for row in refused] == ["3", "4", "5"]
    assert (refused[0]["Company"], refused[0]["accident_date"]) == ("Fedco", "2099-01-01")
    assert "accident_date: 2099-01-01 is in the future" in refused[0]["reason"]
    assert "Has neither a phone number nor an e-mail address." in refused[1]["reason"]
    assert "last_name: Holds markup" in refused[2]["reason"]
    assert "phone: Is not a phone number" in refused[2]["reason"]
    assert not ImportRefusal.objects.exists()


def test_a_lead_cannot_have_come_in_later_than_now() -> None:
    now = timezone.now()
    rows = [
        *people(1, created_at=(now + timedelta(hours=3)).isoformat()),
        *people(1, start=1, created_at=(now + timedelta(minutes=5)).isoformat()),
        *people(1, start=2, created_at=(now - timedelta(hours=3)).isoformat()),
    ]
    one = imported(csv_file(rows))
    assert (one.created_count, one.refused_count) == (2, 1)
    (refused,) = refusals_of(one)
    assert "is later than now; give the time with its offset from UTC" in refused["reason"]
    assert all(lead.created_at <= timezone.now() for lead in Lead.objects.all())


def test_cells_that_a_spreadsheet_would_run_are_defused() -> None:
    rows = people(1, notes="=1+1", state="Narnia", city="-x", Company="@y")
    refused = refusals_of(imported(csv_file(rows)))[0]
    assert (refused["notes"], refused["city"], refused["Company"]) == ("'=1+1", "'-x", "'@y")


def test_the_file_of_refusals_mended_is_imported_as_it_is() -> None:
    one = imported(csv_file(people(1, phone="+1 (312) 200-0000", state="Narnia")))
    mended = [{**row, "state": "IL"} for row in refusals_of(one)]
    again = imported(csv_file(mended))
    lead = Lead.objects.get()
    assert (again.created_count, lead.phone, lead.state, lead.notes) == (1, "+13122000000", "IL", "")
    assert lead.disposition_reason == ""


def test_reasons_are_counted_by_kind() -> None:
    one = imported(
        csv_file([*people(2, date_of_birth="1850-01-01"), *people(1, start=5, date_of_birth="1851-01-01")])
    )
    assert list(one.report["refusals"].values()) == [3]


def test_a_kind_of_reason_keeps_its_advice() -> None:
    one = imported(csv_file(people(2, accident_date="yesterday-ish")))
    (kind,) = one.report["refusals"]
    assert "send it as 20" in kind


def test_a_row_longer_than_the_header_is_refused() -> None:
    refused = refusals_of(imported(b"phone,notes\n312-555-0142,a,b\n"))
    assert "more cells than the header" in refused[0]["reason"]


def test_a_repeated_lead_is_named_and_so_is_a_repeated_row() -> None:
    known = make_lead(phone="+13125550142")
    rows = [
        {"email": "a@example.com", "phone": "312-555-0142"},
        {"email": "b@example.com", "phone": "312-555-0143"},
        {"email": "B@example.com", "phone": "312-555-0144"},
    ]
    reasons = [row["reason"] for row in refusals_of(imported(csv_file(rows)))]
    assert reasons == [
        f"Repeats lead {known.pk}: the same phone within 90 days.",
        "Repeats row 3 of this file: the same email.",
    ]


def test_a_dry_run_stores_only_its_report() -> None:
    rows = [*people(3), *people(1), *people(1, start=9, state="Narnia")]
    one = imported(csv_file(rows), is_dry_run=True)
    assert (one.status, one.created_count, one.refused_count, one.duplicate_count) == ("completed", 3, 2, 1)
    assert Lead.objects.count() == 0
    assert refusals_of(one)[0]["reason"] == "Repeats row 2 of this file: the same phone."
    assert imported(csv_file(rows)).created_count == 3


def test_without_refusals_there_is_no_file() -> None:
    one = imported(csv_file(people(1)))
    assert not one.refused_file
    assert default_storage.exists(str(one.file.name))


def test_refusals_of_a_workbook_keep_what_its_cells_show() -> None:
    refused = refusals_of(imported(xlsx_file([{"phone": 12.0, "Visits": 3, "Gone": None}])))[0]
    assert (refused["phone"], refused["Visits"], refused["Gone"]) == ("12", "3", "")


def test_the_file_is_for_spreadsheets() -> None:
    one = imported(csv_file(people(1, state="Ñarnia")))
    with one.refused_file.open("rb") as file:
        content = file.read()
    assert content.startswith(b"\xef\xbb\xbf")
    assert next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[-2:] == ["row", "reason"]
