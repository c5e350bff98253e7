"""The files of a report, read back by what reads such files."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from agencies.tests.factories import make_agency
from analytics.models.reports import Audience, ReportFormat
from analytics.selectors.figures import Figures
from analytics.selectors.reports import ReportRow, ReportSummary, build_report
from analytics.services.reporting.csv import render_csv
from analytics.services.reporting.files import ReportFile, write_report
from analytics.services.reporting.pdf import (
    LONGEST_TABLE,
    STEPS,
    WHOLE_STEPS,
    WIDEST_BAR,
    gap_of,
    pdf_data,
    render_pdf,
    scale,
)
from analytics.services.reporting.tables import points_of
from analytics.services.reporting.telling import SAME_AGE, YOUNG, told_days
from analytics.services.reporting.xlsx import render_xlsx
from analytics.tests.reporting import OCTOBER, START, lead_of, make_business, of_same_age_on
from crm.core.periods import Period, period_of
from leads.choices import Disposition

RIPE = datetime(2026, 12, 20, 12, tzinfo=UTC)
NASTY = [
    '#read("/etc/passwd")',
    "*x* _y_ $1 + 2$ `code` = heading",
    "#panic() \\ ] [ } { // /* <label> @ref",
    "=cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd",
    "🚗 crash 💥 leads",
    "שלום ليدز",
    "W" * 200,
]


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def tiles_of(summary: ReportSummary, audience: Audience = Audience.STAFF) -> dict[str, tuple[str, Any]]:
    """What each number on the first page is beside, and whether that is good news."""
    found = pdf_data(summary, audience)["tiles"]
    return {one["label"]: (one["before"].partition(":")[0], one["better"]) for one in found}


def sheets_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return "\n".join(page.extract_text() for page in pages).replace("\N{ZERO WIDTH SPACE}", "")


def told_in(file: ReportFile) -> str:
    if file.name.endswith("pdf"):
        return text_of(file.content)
    if file.name.endswith("csv"):
        return file.content.decode()
    return str([list(sheet.values) for sheet in sheets_of(file.content).worksheets])


def summary_of(names: list[str]) -> ReportSummary:
    """A report on agencies with these names, without a database."""
    one = Figures(leads=10, revenue=Decimal("1234.50"), conversions=2, at_returned=1)
    rows = tuple(ReportRow(f"C{number}", name, one, 1.0) for number, name in enumerate(names))
    return ReportSummary(
        period=OCTOBER,
        agency=None,
        generated_at=datetime(2026, 11, 2, 12, tzinfo=UTC),
        total=Figures.total(one for _ in names),
        previous=one,
        of_same_age={},
        by_day={date(2026, 10, day): one for day in range(1, 32)},
        by_vendor=rows,
        by_source=rows,
        by_agent=rows,
        by_state=rows,
    )


@pytest.mark.django_db
def test_csv_is_one_table_with_the_summarys_numbers() -> None:
    make_business()
    report = build_report(OCTOBER)
    content = render_csv(report)
    assert content.startswith(b"\xef\xbb\xbfsection,code,name,start,end,leads,revenue,share,cpa,conversions,")
    rows = rows_of(content)
    total = rows[0]
    assert (total["section"], total["leads"], total["revenue"]) == ("total", "7", "1010.30")
    assert (rows[1]["section"], rows[1]["revenue"], rows[1]["end"]) == ("previous", "77.00", "2026-09-30")
    for section in ("vendor", "source", "agent", "state", "day"):
        part = [row for row in rows if row["section"] == section]
        assert sum(Decimal(row["revenue"]) for row in part) == report.total.revenue
        assert sum(int(row["leads"]) for row in part) == report.total.leads
    assert len([row for row in rows if row["section"] == "day"]) == 31


@pytest.mark.django_db
def test_the_workbook_has_the_summarys_numbers_a_chart_and_frozen_heads() -> None:
    make_business()
    report = build_report(OCTOBER)
    book = sheets_of(render_xlsx(report))
    assert book.sheetnames == ["Summary", "Agencies", "Sources", "Agents", "States", "Days"]
    assert len(book["Summary"]._charts) == 1
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")
        assert sheet.auto_filter.ref
        heads, *rows, total = sheet.iter_rows(values_only=True)
        revenue, leads = heads.index("Revenue"), heads.index("Leads")
        assert sum(Decimal(str(row[revenue])) for row in rows) == report.total.revenue
        assert (total[0], total[leads], total[revenue]) == ("Total", 7, 1010.3)
        assert sheet.cell(2, revenue + 1).number_format == "$#,##0.00"
    assert book["Days"].cell(2, 1).value == datetime(2026, 10, 1)  # noqa: DTZ001 - Excel knows no zone
    assert book["Summary"]["B6"].value == 7


@pytest.mark.django_db
def test_the_pdf_has_the_summarys_numbers() -> None:
    make_business()
    text = text_of(render_pdf(replace(build_report(OCTOBER), generated_at=RIPE)))
    for told in (
        "All agencies", "Oct 1 to Oct 31, 2026, 31 days", "$1,010.30", "$144.33", "before: $77.00", "First Media",
        "Second & Sons", "$600.30", "$410.00", "Maya Cole", "Unassigned", "New York", "Unknown", "(no campaign)",
        "What the numbers mean", "Page 1 of",
    ):  # fmt: skip
        assert told in text, told


@pytest.mark.django_db
def test_young_leads_are_compared_at_the_same_age_in_every_file_that_compares() -> None:
    young = of_same_age_on(date(2026, 11, 3))
    text = text_of(render_pdf(young))
    for told in (
        "-94.2 %",
        "same age: $1,040.00",
        "-50.0 points",
        "before: 2",
        " ".join(SAME_AGE.split()[:5]),
    ):
        assert told in text, told
    assert "$2,000.00" not in text
    sheet = sheets_of(render_xlsx(young))["Summary"]
    assert sheet["A4"].value.endswith(SAME_AGE)
    heads, leads, revenue = ([cell.value for cell in sheet[row][:5]] for row in (5, 6, 7))
    assert heads == ["", "This period", "Aug 31 to Sep 30, 2026", "At the same age", "Change"]
    assert leads == ["Leads", 1, 2, None, -50]
    assert revenue == ["Revenue", 60, 2000, 1040, -94.2]


@pytest.mark.django_db
def test_ripe_leads_are_compared_with_all_that_came_before() -> None:
    ripe = of_same_age_on(RIPE.date())
    assert "before: $2,000.00" in text_of(render_pdf(ripe))
    sheet = sheets_of(render_xlsx(ripe))["Summary"]
    assert SAME_AGE not in sheet["A4"].value
    assert [cell.value for cell in sheet[7][:4]] == ["Revenue", 60, 2000, -97]


@pytest.mark.django_db
def test_of_one_agency_the_workbook_says_that_leads_before_had_longer() -> None:
    first, _, _ = make_business()
    young = replace(build_report(OCTOBER, first), generated_at=datetime(2026, 11, 3, 12, tzinfo=UTC))
    sheet = sheets_of(render_xlsx(young))["Summary"]
    assert sheet["A4"].value.endswith(YOUNG)
    assert sheet["D5"].value == "Change"


@pytest.mark.django_db
@pytest.mark.parametrize("audience", Audience)
def test_of_one_agency_no_change_against_older_leads_is_good_or_bad(audience: Audience) -> None:
    first, _, _ = make_business()
    lead_of(first, date(2026, 9, 30), "500.00", closed_date=OCTOBER.until, disposition=Disposition.RETAINED)
    october = build_report(OCTOBER, first)
    young = replace(october, generated_at=datetime(2026, 11, 3, 12, tzinfo=UTC))
    agencys = {
        "Leads": ("before", True),
        "Conversions": ("older leads", None),
        "Conversion rate": ("older leads", None),
        "Return rate": ("older leads", None),
    }
    staffs = {"Revenue": ("older leads", None), "CPA": ("older leads", None)}
    assert tiles_of(young, audience) == (agencys if audience == Audience.AGENCY else agencys | staffs)
    assert tiles_of(replace(october, generated_at=RIPE), audience)["Conversion rate"] == ("before", False)
    assert "older leads: 50.0 %" in text_of(render_pdf(young, audience))


@pytest.mark.django_db
def test_of_all_agencies_only_the_return_rate_is_beside_older_leads() -> None:
    report = of_same_age_on(date(2026, 11, 3))
    worse = replace(report, previous=report.previous._replace(at_returned=1))
    assert tiles_of(worse) == {
        "Leads": ("before", False),
        "Revenue": ("same age", False),
        "CPA": ("same age", None),
        "Conversions": ("same age", False),
        "Conversion rate": ("same age", False),
        "Return rate": ("older leads", None),
    }
    assert "the return rate" in pdf_data(worse, Audience.STAFF)["compared"]
    assert tiles_of(replace(worse, generated_at=RIPE))["Return rate"] == ("before", True)


@pytest.mark.parametrize(("leads", "is_good"), [(104, None), (105, True), (96, None), (95, False)])
def test_a_small_change_is_neither_good_nor_bad(leads: int, is_good: bool | None) -> None:
    summary = replace(summary_of(["One"]), total=Figures(leads=leads), previous=Figures(leads=100))
    assert tiles_of(summary)["Leads"] == ("before", is_good)


@pytest.mark.django_db
def test_a_running_period_is_said_to_be_compared_until_the_same_time_of_day() -> None:
    now = datetime(2026, 11, 20, 17, tzinfo=UTC)
    lead_of(make_agency(), date(2026, 11, 20))
    today = build_report(period_of({"period": "today"}, now=now))
    for content, told in (
        (text_of(render_pdf(today)), "against Nov 19, 2026 until the same time of day, as many days"),
        (rows_of(render_csv(today))[1]["name"], "Period before until the same time of day"),
        (sheets_of(render_xlsx(today))["Summary"]["A4"].value, "Nov 19, 2026 until the same time of day,"),
    ):
        assert told in content
    assert rows_of(render_csv(build_report(OCTOBER)))[1]["name"] == "Period before"


@given(bars=st.integers(1, 62))
def test_no_bar_is_a_wall_and_none_is_a_line(bars: int) -> None:
    width = (1 - gap_of(bars)) / bars
    assert 0 < width <= WIDEST_BAR + 1e-9
    assert gap_of(bars) >= 0.12


def test_the_same_report_is_the_same_pdf_on_us_letter() -> None:
    summary = summary_of(["One"])
    content = render_pdf(summary)
    assert content == render_pdf(summary)
    reader = PdfReader(io.BytesIO(content))
    assert (reader.pages[0].mediabox.width, reader.pages[0].mediabox.height) == (612, 792)
    assert reader.metadata is not None
    assert reader.metadata.title == "Lead report, Oct 1 to Oct 31, 2026"


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_a_name_in_every_format(name: str) -> None:
    summary = summary_of([name, "Next"])
    text = text_of(render_pdf(summary)).replace("\n", "").replace(" ", "")
    assert "root:" not in text
    assert "Next" in text
    if name.isascii():
        assert name.replace(" ", "") in text
    book = sheets_of(render_xlsx(summary))
    cell = book["Agencies"]["A2"]
    assert (cell.value, cell.data_type) == (name, "s")
    assert cell.quotePrefix == (name[0] in "=@")
    vendor = next(row for row in rows_of(render_csv(summary)) if row["section"] == "vendor")
    assert vendor["name"].removeprefix("'") == name
    assert not vendor["name"].startswith(("=", "@", "+", "-"))


@settings(max_examples=40)
@given(name=st.text(min_size=1, max_size=60))
def test_any_text_makes_a_pdf(name: str) -> None:
    assert render_pdf(summary_of([name])).startswith(b"%PDF")


def test_a_word_longer_than_its_column_is_broken_beside_the_numbers() -> None:
    text = text_of(render_pdf(summary_of(["W" * 200])))
    assert max(len(word) for word in text.split()) <= 24
    assert text.replace("What", "").count("W") == 4 * 200
    assert text.count("$1,234.50") >= 4


def test_a_long_table_repeats_its_head_and_adds_up_the_rest() -> None:
    summary = summary_of([f"Agency {number}" for number in range(LONGEST_TABLE + 40)])
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render_pdf(summary))).pages]
    assert sum("Agency Leads Revenue" in " ".join(page.split()) for page in pages) >= 2
    assert any("41 others" in page for page in pages)
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


@pytest.mark.parametrize("rows", [1, 2, 7, 8, 9, 10, 24, 25, 26, 27])
def test_no_page_break_leaves_a_total_alone(rows: int) -> None:
    lines = text_of(render_pdf(summary_of([f"Agency {number}" for number in range(rows)]))).splitlines()
    totals = [at for at, line in enumerate(lines) if line.startswith("Total ")]
    assert len(totals) == 4
    for at in totals:
        before = lines[at - min(rows, 2) : at]
        assert all(line.startswith("Agency ") and line[7].isdigit() for line in before), before


@pytest.mark.django_db
def test_an_agencys_copy_has_neither_money_nor_agents_nor_others() -> None:
    first, second, agent = make_business()
    summary = build_report(OCTOBER, first)
    for format in ReportFormat:  # noqa: A001
        file = write_report(summary, format, Audience.AGENCY)
        assert file.name == f"lead-report-first-2026-10-01-to-2026-10-31.{format}"
        told = told_in(file)
        for secret in ("600.3", "Revenue", "revenue", "CPA", "cpa", "Share", str(agent), agent.email):
            assert secret not in told, (format, secret)
        for other in (second.name, second.code, "Radio"):
            assert other not in told, (format, other)
        assert "Search" in told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("audience", "told"),
    [
        (Audience.STAFF, "Leads and revenue by day of arrival"),
        (Audience.AGENCY, "Leads by day of arrival"),
    ],
)
def test_the_workbooks_chart_is_described_by_what_it_shows(audience: Audience, told: str) -> None:
    first, _, _ = make_business()
    with zipfile.ZipFile(io.BytesIO(render_xlsx(build_report(OCTOBER, first), audience))) as book:
        assert f'descr="{told}"' in book.read("xl/drawings/drawing1.xml").decode()


@pytest.mark.django_db
def test_a_staffs_report_on_one_agency_names_no_other() -> None:
    first, second, _ = make_business()
    text = text_of(render_pdf(build_report(OCTOBER, first)))
    assert first.name in text
    assert "$600.30" in text
    assert second.name not in text


@pytest.mark.django_db
@pytest.mark.parametrize("audience", Audience)
def test_without_leads_each_file_is_valid_and_says_so(audience: Audience) -> None:
    summary = build_report(OCTOBER, make_agency())
    assert "No leads came in" in text_of(render_pdf(summary, audience))
    book = sheets_of(render_xlsx(summary, audience))
    assert "No leads came in." in [row[0] for row in book["Summary"].values]
    assert book["Summary"]._charts == []
    rows = rows_of(render_csv(summary, audience))
    assert [row["leads"] for row in rows] == ["0"] * (2 + 31)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "bars"), [(31, 31), (62, 62), (200, 30), (435, 15), (1830, 61)])
def test_a_chart_has_as_many_bars_as_one_can_read(days: int, bars: int) -> None:
    agency = make_agency()
    period = Period("custom", START.replace(year=2021, month=1), START, OCTOBER.until)
    start = date.fromordinal(START.toordinal() - days + 1)
    lead_of(agency, START)
    summary = build_report(replace(period, start=start))
    points = points_of(summary)
    assert len(points) == pytest.approx(bars, abs=1)
    assert Figures.total(point.figures for point in points) == summary.total
    assert render_pdf(summary).startswith(b"%PDF")


@given(highest=st.floats(0.01, 1e9), is_count=st.booleans())
def test_an_axis_holds_its_highest_value_with_few_round_lines(highest: float, is_count: bool) -> None:
    top, step = scale(highest, WHOLE_STEPS if is_count else STEPS)
    assert not is_count or step == int(step)
    assert top >= highest * (1 - 1e-9)
    assert 1 <= round(top / step) <= 6
    assert top <= max(2.5 * highest, 1)


def test_dates_are_told_as_one_says_them() -> None:
    assert told_days(date(2026, 10, 1), date(2026, 10, 31)) == "Oct 1 to Oct 31, 2026"
    assert told_days(date(2025, 12, 31), date(2026, 1, 1)) == "Dec 31, 2025 to Jan 1, 2026"
    assert told_days(date(2026, 10, 1), date(2026, 10, 1)) == "Oct 1, 2026"
