"""Reports over HTTP."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from agencies.tests.factories import make_agency, make_key
from analytics.tests.analysing import lead, retained
from analytics.tests.reporting import make_business
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead

pytestmark = pytest.mark.django_db

SUMMARY, EXPORT = "/api/reports/summary", "/api/reports/export"
OCTOBER = {"startDate": "2026-10-01", "endDate": "2026-10-31"}


@pytest.fixture
def boss() -> Any:
    return signed_in(make_user(role=Role.MANAGER))


def test_the_summary_tells_the_period_and_every_table_adds_up(boss: Any) -> None:
    make_business()
    told = boss.get(SUMMARY, OCTOBER).json()
    assert told["dateRange"] == {"start": "2026-10-01", "end": "2026-10-31", "timeZone": "America/New_York"}
    assert (told["totalLeads"], told["totalRevenue"], told["avgCPA"]) == (7, 1010.3, 144.33)
    assert (told["conversions"], told["conversionRate"], told["returnRate"]) == (1, 14.3, 14.3)
    assert told["previous"]["revenue"] == 77.0
    assert told["change"]["totalRevenue"] == 1212.1
    assert told["change"]["conversions"] is None
    for table in ("byVendor", "bySource", "byAgent", "byState"):
        assert sum(Decimal(str(row["revenue"])) for row in told[table]) == Decimal("1010.30")
        assert sum(row["leads"] for row in told[table]) == 7
        assert sum(row["conversions"] for row in told[table]) == 1
    assert told["byVendor"][0] == {
        "code": "FIRST", "name": "First Media", "leads": 4, "revenue": 600.3, "cpa": 150.08, "conversions": 1,
        "conversionRate": 25.0, "returnRate": 25.0, "share": 59.4,
    }  # fmt: skip


def test_the_files_have_the_summarys_numbers_to_the_cent(boss: Any) -> None:
    make_business()
    told = boss.get(SUMMARY, OCTOBER).json()
    text = boss.get(EXPORT, {**OCTOBER, "format": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    book = load_workbook(io.BytesIO(boss.get(EXPORT, {**OCTOBER, "format": "xlsx"}).content))
    for section, table, sheet in (
        ("vendor", "byVendor", "Agencies"),
        ("source", "bySource", "Sources"),
        ("agent", "byAgent", "Agents"),
        ("state", "byState", "States"),
    ):
        expected = [
            (row["name"], row["leads"], Decimal(str(row["revenue"])), row["cpa"]) for row in told[table]
        ]
        assert [
            (row["name"], int(row["leads"]), Decimal(row["revenue"]), float(row["cpa"]))
            for row in rows
            if row["section"] == section
        ] == expected
        cells = list(book[sheet].iter_rows(min_row=2, values_only=True))[:-1]
        assert [(row[0], row[2], Decimal(str(row[3])), row[5]) for row in cells] == expected


def test_the_summary_compares_leads_of_the_same_age_as_the_statistics_do(boss: Any) -> None:
    retained(1_000, 50, took=45, acquisition_cost=Decimal(40))  # was worth its price when its period ended
    retained(1_000, 50, took=5, acquisition_cost=Decimal(40))
    lead(60, days=10)
    told, stats = boss.get(SUMMARY).json(), boss.get("/api/admin/stats").json()
    assert told["change"]["totalRevenue"] == -97.0
    assert told["sameAge"] == {
        "totalRevenue": {"previous": 1_040.0, "change": -94.2},
        "avgCPA": {"previous": 520.0, "change": -88.5},
        "conversions": {"previous": 1.0, "change": -100.0},
        "conversionRate": {"previous": 50.0, "change": -100.0},
    }
    assert told["sameAge"]["totalRevenue"] == stats["revenue"]["sameAge"]
    assert told["sameAge"]["conversionRate"] == stats["conversion"]["sameAge"]
    of_one = boss.get(SUMMARY, {"vendor_code": Lead.objects.latest("created_at").agency_id}).json()
    assert of_one["sameAge"] is None


@pytest.mark.parametrize(
    ("name", "content_type", "begins"),
    [
        ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbfsection"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
    ],
)
def test_an_export_is_a_download_under_a_speaking_name(
    boss: Any, name: str, content_type: str, begins: bytes
) -> None:
    answer = boss.get(EXPORT, {**OCTOBER, "format": name}, HTTP_ACCEPT="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    file = f"lead-report-2026-10-01-to-2026-10-31.{name}"
    assert answer["Content-Disposition"] == f'attachment; filename="{file}"'
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.content.startswith(begins)


def test_a_report_can_be_narrowed_to_one_agency(boss: Any) -> None:
    make_business()
    told = boss.get(SUMMARY, {**OCTOBER, "vendor_code": "SECOND"}).json()
    assert (told["vendor_code"], told["totalLeads"], told["totalRevenue"]) == ("SECOND", 3, 410.0)
    assert [row["code"] for row in told["byVendor"]] == ["SECOND"]
    assert [row["name"] for row in told["byAgent"]] == ["Unassigned", "Maya Cole"]
    asked = {**OCTOBER, "vendor_code": "SECOND", "format": "csv", "audience": "agency"}
    copy = boss.get(EXPORT, asked)
    assert "lead-report-second-2026" in copy["Content-Disposition"]
    assert b"revenue" not in copy.content


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        (EXPORT, {"format": "docx"}, "format"),
        (EXPORT, {"format": ""}, "format"),
        (EXPORT, {"audience": "agency"}, "vendor_code"),
        (EXPORT, {"audience": "everybody"}, "audience"),
        (EXPORT, {"period": "fortnight"}, "period"),
        (SUMMARY, {"period": "fortnight"}, "period"),
        (SUMMARY, {"period": "custom"}, "startDate"),
        (SUMMARY, {"startDate": "2026-10-31", "endDate": "2026-10-01"}, "startDate"),
        (SUMMARY, {"startDate": "2026-10-01", "endDate": "2999-10-01"}, "endDate"),
        (SUMMARY, {"startDate": "2010-01-01", "endDate": "2020-01-01"}, "startDate"),
        (SUMMARY, {"vendor_code": "NOBODY"}, "vendor_code"),
        (SUMMARY, {"vendor_code": "a\0b"}, "vendor_code"),
        (SUMMARY, {"agency": "FIRST"}, "agency"),
        (SUMMARY, {"explain": "perhaps"}, "explain"),
    ],
)
def test_bad_input_is_named(boss: Any, path: str, asked: dict[str, str], field: str) -> None:
    answer = boss.get(path, asked)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    told = answer.json()
    assert told["code"] == "validation_error"
    assert field in told["details"]


@pytest.mark.parametrize("path", [SUMMARY, EXPORT])
@pytest.mark.parametrize("role", [Role.AGENT, Role.VENDOR])
def test_agents_and_vendors_get_none(path: str, role: Role) -> None:
    make_agency(code="OURS")
    client = signed_in(make_user(role=role, vendor_code="OURS" if role == Role.VENDOR else ""))
    assert client.get(path, {"vendor_code": "OURS"}).status_code == 403


def test_an_agencys_key_gets_none(anonymous: Any) -> None:
    _, secret = make_key(make_agency())
    assert anonymous.get(EXPORT, HTTP_X_API_KEY=secret).status_code == 401


def test_explained_it_says_what_its_numbers_mean(boss: Any) -> None:
    told = boss.get(SUMMARY, {"explain": "true"}).json()["definitions"]
    assert told["cpa"].startswith("Revenue / leads")
    assert "definitions" not in boss.get(SUMMARY).json()


def test_the_summary_is_kept_until_a_lead_changes(boss: Any) -> None:
    make_business()
    assert boss.get(SUMMARY, OCTOBER)["X-Cache"] == "miss"
    again = boss.get(SUMMARY, OCTOBER)
    assert again["X-Cache"] == "hit"
    assert boss.get(SUMMARY, OCTOBER, HTTP_IF_NONE_MATCH=again["ETag"]).status_code == 304
    Lead.objects.filter(agency="SECOND", campaign_source="Radio").update(lead_value=Decimal("6.00"))
    after = boss.get(SUMMARY, OCTOBER)
    assert (after["X-Cache"], after.json()["totalRevenue"]) == ("miss", 1011.3)


def test_an_empty_period_has_totals_of_nothing(boss: Any) -> None:
    told = boss.get(SUMMARY).json()
    assert (told["totalLeads"], told["totalRevenue"], told["avgCPA"], told["byVendor"]) == (0, 0.0, None, [])
