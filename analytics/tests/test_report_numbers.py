"""A report's numbers are those of the leads, to the cent."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.selectors.figures import Figures
from analytics.selectors.reports import ReportRow, build_report
from analytics.selectors.shortening import MOST_ROWS, OTHERS
from analytics.tests.reporting import END, OCTOBER, START, lead_of, make_business, of_same_age_on
from crm.core.clock import day_bounds
from crm.core.periods import Period
from leads.choices import Disposition
from leads.models import Lead

pytestmark = pytest.mark.django_db

NOT_WORTH = Q(disposition__in=[Disposition.RETURNED, Disposition.DUPLICATE])


def raw(by: str, agency: Agency | None = None) -> dict[str, tuple[int, Decimal, int, int]]:
    """Leads, revenue, conversions and returns by a column, summed up from the leads themselves."""
    leads = Lead.objects.filter(created_at__gte=day_bounds(START)[0], created_at__lt=day_bounds(END)[1])
    rows = (
        (leads.filter(agency=agency) if agency else leads)
        .order_by()
        .values_list(by)
        .annotate(
            leads=Count("pk"),
            revenue=Coalesce(Sum("lead_value", filter=~NOT_WORTH), Value(Decimal(0))),
            conversions=Count("closed_date"),
            returned=Count("pk", filter=Q(disposition=Disposition.RETURNED)),
        )
    )
    return {str(key or ""): tuple(numbers) for key, *numbers in rows}


def told(rows: tuple[ReportRow, ...]) -> dict[str, Any]:
    return {row.code: of(row.figures) for row in rows}


def of(one: Figures) -> tuple[int, Decimal, int, int]:
    return one.leads, one.revenue, one.conversions, one.at_returned


@pytest.mark.parametrize("is_narrowed", [False, True])
def test_every_table_is_the_raw_group_by(is_narrowed: bool) -> None:
    first, _, agent = make_business()
    agency = first if is_narrowed else None
    report = build_report(OCTOBER, agency)

    assert told(report.by_vendor) == raw("agency", agency)
    assert told(report.by_source) == raw("campaign_source", agency)
    assert told(report.by_state) == raw("state", agency)
    by_agent = raw("assigned_agent", agency)
    assert told(report.by_agent) == {agent.email if key else "": numbers for key, numbers in by_agent.items()}


@pytest.mark.parametrize("is_narrowed", [False, True])
def test_every_table_adds_up_to_the_total(is_narrowed: bool) -> None:
    first, _, _ = make_business()
    report = build_report(OCTOBER, first if is_narrowed else None)
    assert report.total.revenue == (Decimal("600.30") if is_narrowed else Decimal("1010.30"))
    for rows in (report.by_vendor, report.by_source, report.by_agent, report.by_state):
        assert Figures.total(row.figures for row in rows) == report.total
        assert sum(row.share or 0 for row in rows) == pytest.approx(100, abs=0.1 * len(rows))
    assert Figures.total(report.by_day.values()) == report.total
    assert list(report.by_day) == [START + timedelta(days=number) for number in range(31)]


def test_rows_are_sorted_by_revenue_and_have_names() -> None:
    make_business()
    report = build_report(OCTOBER)
    assert [row.name for row in report.by_vendor] == ["First Media", "Second & Sons"]
    assert [row.name for row in report.by_source] == ["Search", "TV", "(no campaign)", "Radio"]
    assert [row.name for row in report.by_agent] == ["Maya Cole", "Unassigned"]
    assert {row.code: row.name for row in report.by_state} == {
        "NY": "New York",
        "IL": "Illinois",
        "": "Unknown",
    }
    assert report.by_vendor[0].share == 59.4


def test_it_is_compared_with_as_many_days_before() -> None:
    make_business()
    report = build_report(OCTOBER)
    assert (report.previous.leads, report.previous.revenue) == (1, Decimal("77.00"))


def test_young_leads_are_compared_with_those_before_when_they_were_as_old() -> None:
    report = of_same_age_on(date(2026, 11, 3))
    assert (report.total.revenue, report.previous.revenue) == (Decimal("60.00"), Decimal("2000.00"))
    assert {name: (one.value, one.previous) for name, one in report.of_same_age.items()} == {
        "revenue": (Decimal("60.00"), Decimal("1040.00")),
        "cpa": (60.0, 520.0),
        "conversions": (0, 1),
        "conversionRate": (0.0, 50.0),
    }


def test_a_month_later_all_that_came_before_counts() -> None:
    report = of_same_age_on(date(2026, 12, 3))
    assert report.of_same_age["revenue"].previous == report.previous.revenue == Decimal("2000.00")
    assert report.of_same_age["conversions"].previous == report.previous.conversions == 2


def test_of_one_agency_nothing_is_known_of_the_same_age() -> None:
    first, _, _ = make_business()
    assert build_report(OCTOBER, first).of_same_age == {}


def test_a_narrowed_report_has_nothing_of_another_agency() -> None:
    _, second, _ = make_business()
    report = build_report(OCTOBER, second)
    assert report.total.leads == 3
    assert [row.code for row in report.by_vendor] == ["SECOND"]
    assert {row.code for row in report.by_source} == {"Search", "Radio", ""}
    assert {row.code for row in report.by_state} == {"IL", ""}


def test_a_period_without_leads_is_empty() -> None:
    report = build_report(OCTOBER, make_agency())
    assert report.is_empty
    assert report.by_vendor == report.by_source == report.by_agent == report.by_state == ()
    assert len(report.by_day) == 31


def test_very_many_sources_end_in_one_row_and_still_add_up() -> None:
    agency = make_agency()
    for number in range(MOST_ROWS + 3):
        lead_of(agency, START, f"{number}.25", campaign_source=f"c{number}")
    report = build_report(OCTOBER)
    assert len(report.by_source) == MOST_ROWS
    last = report.by_source[-1]
    assert (last.code, last.name, last.figures.leads) == (OTHERS, "4 others", 4)
    assert Figures.total(row.figures for row in report.by_source) == report.total


def test_the_number_of_statements_does_not_depend_on_the_business(django_assert_num_queries: Any) -> None:
    first, _, _ = make_business()
    with django_assert_num_queries(
        10
    ):  # days, before, agencies, sources, agents, states, two: names, two: ages
        build_report(OCTOBER)
    with django_assert_num_queries(6):
        build_report(OCTOBER, first)
    for number in range(10):
        lead_of(make_agency(), END, state="TX", campaign_source=f"c{number}")
    with django_assert_num_queries(10):
        build_report(OCTOBER)


def test_days_on_which_the_clocks_change_are_one_day_each() -> None:
    agency = make_agency()
    start, end = date(2026, 10, 31), date(2026, 11, 2)
    for day in (start, date(2026, 11, 1), end):
        lead_of(agency, day)
    found = build_report(Period("custom", start, end, day_bounds(end)[1])).by_day
    by_day: dict[date, int] = defaultdict(int, {day: one.leads for day, one in found.items()})
    assert dict(by_day) == {start: 1, date(2026, 11, 1): 1, end: 1}
