"""The day's forecasts: read from the leads, made once, kept, and shown."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from celery.signals import worker_ready
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from agencies.tests.factories import make_agency
from analytics import tasks
from analytics.choices import HORIZONS, Dimension, Series
from analytics.models import Forecast
from analytics.selectors.cohorts import cohort_cells
from analytics.selectors.figures import figures_by_day
from analytics.selectors.forecasts import NO_LEADS, PENDING, latest_forecast
from analytics.services.forecasting.refreshing import FORECASTING_LOCK, read_cohorts, refresh_forecasts
from crm.core.clock import business_day, day_bounds
from crm.core.generations import generations
from leads.choices import Disposition
from leads.models import Lead
from leads.tests.factories import make_lead, unique_phone
from leads.tests.racing import at_once

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


def noon(days_ago: int, today: date = TODAY) -> datetime:
    return day_bounds(today - timedelta(days=days_ago))[0] + timedelta(hours=12)


def fill(days: int, *, code: str = "TESTAGENCY", each: int = 1, today: date = TODAY) -> None:
    """`each` leads a day and two on Mondays, worth 50, the third-newest week's signed for 2,000."""
    agency = make_agency(code=code)
    Lead.objects.bulk_create(
        Lead(
            agency=agency,
            phone=unique_phone(),
            created_at=noon(ago, today),
            lead_value=2_000 if 14 <= ago < 21 else 50,
            acquisition_cost=50,
            disposition=Disposition.RETAINED if 14 <= ago < 21 else Disposition.NEW,
            closed_date=noon(ago - 5, today) if 14 <= ago < 21 else None,
        )
        for ago in range(days, -1, -1)
        for _ in range(each + (noon(ago, today).weekday() == 0))
    )


def test_cells_are_what_the_counters_say() -> None:
    fill(60)
    make_lead(created_at=noon(3), lead_value=70, disposition=Disposition.RETURNED)
    make_lead(created_at=noon(4), lead_value=70, disposition=Disposition.DUPLICATE)
    start, end = TODAY - timedelta(days=60), TODAY - timedelta(days=1)
    counted = figures_by_day(start, end)
    cells = cohort_cells(start, end)
    assert {cell.day for cell in cells} == set(counted)
    for day, figures in counted.items():
        of_day = [cell for cell in cells if cell.day == day]
        assert sum(cell.leads for cell in of_day) == figures.leads
        assert sum(cell.worth for cell in of_day) == float(figures.revenue)
    assert {cell.age for cell in cells} == {None, 5}


def test_days_are_the_business_s_and_today_is_not_among_them() -> None:
    start = day_bounds(TODAY - timedelta(days=3))[0]
    make_lead(created_at=start)
    make_lead(created_at=start - timedelta(seconds=1))
    make_lead(created_at=day_bounds(TODAY)[0])
    cohorts = read_cohorts(now=NOW)
    assert cohorts is not None
    assert cohorts.start == TODAY - timedelta(days=4)
    assert cohorts.leads.tolist() == [1, 1, 0, 0]


def test_across_a_change_of_the_clocks_each_day_is_one() -> None:
    """On November 1st 2026 New York has 25 hours."""
    first, last = day_bounds(date(2026, 11, 1))
    make_lead(created_at=first)
    make_lead(created_at=last - timedelta(seconds=1))
    make_lead(created_at=last)
    cells = cohort_cells(date(2026, 10, 30), date(2026, 11, 3))
    assert {cell.day: cell.leads for cell in cells} == {date(2026, 11, 1): 2, date(2026, 11, 2): 1}


def test_a_refresh_stores_one_of_each_and_a_second_one_nothing() -> None:
    fill(150)
    before = generations(["forecasts"])
    assert refresh_forecasts(now=NOW) == 2
    assert generations(["forecasts"]) != before
    stored = {row.series: row for row in Forecast.objects.all()}
    assert set(stored) == set(Series.values)
    assert all(row.made_for == TODAY and row.made_at == NOW and row.scope == "" for row in stored.values())
    assert all(row.method == row.document["method"] for row in stored.values())
    assert stored["leads"].document["path"][0]["date"] == TODAY.isoformat()
    after = generations(["forecasts"])
    assert refresh_forecasts(now=NOW) == 0
    assert generations(["forecasts"]) == after
    assert refresh_forecasts(now=NOW + timedelta(days=1)) == 2
    assert Forecast.objects.count() == 4


def test_a_day_that_is_done_costs_two_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fill(170)
    refresh_forecasts(now=NOW)
    with (
        transaction.atomic(),
        django_assert_num_queries(4),
    ):  # two of them the savepoint of the caller's transaction
        refresh_forecasts(now=NOW)


def test_one_for_want_of_history_is_made_anew_when_an_import_brings_some() -> None:
    fill(20)
    assert refresh_forecasts(now=NOW) == 2
    assert refresh_forecasts(now=NOW) == 0  # nothing has changed
    first = generations(["forecasts"])
    fill(170, code="IMPORTED")
    assert refresh_forecasts(now=NOW) == 2
    assert generations(["forecasts"]) != first
    assert Forecast.objects.count() == 2
    assert not Forecast.objects.get(series=Series.LEADS).document["reason"]


def test_what_is_made_stays_for_the_day_while_the_other_waits_for_history() -> None:
    """Leads had enough days; revenue needs those more that a day takes to be known."""
    fill(150)
    refresh_forecasts(now=NOW)
    leads, revenue = (Forecast.objects.get(series=series).document for series in Series)
    Forecast.objects.filter(series=Series.REVENUE).update(
        document={**revenue, "reason": "Too little history"}
    )
    fill(5, code="LATER", each=50)
    assert refresh_forecasts(now=NOW) == 1
    assert Forecast.objects.get(series=Series.LEADS).document == leads
    assert refresh_forecasts(now=NOW, is_forced=True) == 2
    assert Forecast.objects.get(series=Series.LEADS).document != leads


def test_an_agency_s_own_is_beside_the_business_s() -> None:
    fill(150)
    fill(150, code="OTHER", each=3)
    refresh_forecasts(now=NOW)
    assert refresh_forecasts(now=NOW, scope="OTHER") == 2
    whole, part = (latest_forecast(Series.LEADS, scope, now=NOW).next30 for scope in ("", "OTHER"))
    assert whole is not None
    assert part is not None
    assert part == pytest.approx(whole * 22 / 30, rel=0.1)


def test_without_leads_nothing_is_stored_and_nothing_told() -> None:
    assert refresh_forecasts(now=NOW) == 0
    found = latest_forecast(Series.REVENUE, now=NOW)
    assert (found.next7, found.next30, found.next90, found.lower, found.upper) == (None,) * 5
    assert (found.method, found.backtest_error, found.reason) == (None, None, NO_LEADS)


def test_before_the_first_refresh_the_last_ripe_week_is_repeated() -> None:
    fill(150)
    leads, revenue = (latest_forecast(series, now=NOW) for series in Series)
    assert leads.next7 == 8.0
    assert revenue.next7 == 400.0  # five weeks ago, not the week that signed nor the one that has not yet
    assert leads.method == "seasonal_naive"
    assert leads.reason == PENDING
    for found in (leads, revenue):
        assert found.intervals is not None
        assert found.next30 is not None
        assert found.intervals[30].lower <= found.next30 <= found.intervals[30].upper


@pytest.mark.parametrize("days", [1, 3, 7, 20])
def test_before_the_first_refresh_of_a_young_business(days: int) -> None:
    fill(days)
    found = latest_forecast(Series.REVENUE, now=NOW)
    assert found.next30 is not None
    assert found.next30 > 0


def test_the_newest_stored_is_shown_with_its_age(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fill(170)
    refresh_forecasts(now=NOW)
    with django_assert_num_queries(1):
        found = latest_forecast(Series.REVENUE, now=NOW)
    document = Forecast.objects.get(series=Series.REVENUE).document
    assert found.document == document
    assert found.next30 == document["horizons"]["30"]["point"]
    assert found.lower == document["horizons"]["30"]["lower"]
    assert found.upper == document["horizons"]["30"]["upper"]
    assert found.backtest_error == document["backtest"]["error"]
    assert found.reason == ""
    assert found.as_tile()["backtestError"] == found.backtest_error
    assert latest_forecast(Series.LEADS, now=NOW + timedelta(days=2)).reason.startswith("Made 2 days ago")


def test_one_whose_next_week_has_gone_by_is_passed_over() -> None:
    fill(170)
    refresh_forecasts(now=NOW)
    assert latest_forecast(Series.LEADS, now=NOW + timedelta(days=6)).reason.startswith("Made 6 days ago")
    late = latest_forecast(Series.LEADS, now=NOW + timedelta(days=7))
    assert (late.method, late.reason, late.document) == ("seasonal_naive", PENDING, None)


def test_an_agency_s_plain_one_says_who_makes_its_own() -> None:
    fill(30, code="OURS")
    found = latest_forecast(Series.LEADS, "OURS", now=NOW)
    assert (found.method, found.backtest_error) == ("seasonal_naive", None)
    assert "manage.py forecast --agency CODE --store" in found.reason


def test_the_pending_one_reads_the_counters_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fill(30)
    with django_assert_num_queries(2):
        latest_forecast(Series.LEADS, now=NOW)


def test_whoever_comes_while_another_is_at_it_leaves() -> None:
    fill(10)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [FORECASTING_LOCK])
        assert refresh_forecasts(now=NOW) == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [FORECASTING_LOCK])
    assert refresh_forecasts(now=NOW) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_of_each() -> None:
    fill(150)
    answers = at_once([lambda: refresh_forecasts(now=NOW)] * 4)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum(answer for answer in answers if isinstance(answer, int)) == 2
    assert Forecast.objects.count() == 2


def test_a_worker_that_starts_asks_for_the_day_s(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(tasks.refresh_daily_forecasts, "apply_async", lambda **options: asked.append(options))
    worker_ready.send(sender=None)
    assert len(asked) == 1


def test_the_task_forecasts_the_day_that_it_is() -> None:
    make_lead(created_at=datetime.now(UTC) - timedelta(days=3))
    assert tasks.refresh_daily_forecasts() == 2
    assert set(Forecast.objects.values_list("made_for", flat=True)) == {business_day()}


def test_the_command_shows_the_table_and_stores() -> None:
    with pytest.raises(CommandError, match="no leads before today"):
        call_command("forecast")
    fill(170, code="RECENT", today=business_day())
    out = StringIO()
    call_command("forecast", backtest=True, store=True, stdout=out)
    told = out.getvalue()
    for word in ("Leads by ", "Revenue by ", "seasonal_naive", "mstl_ets", "interval held", "2 stored."):
        assert word in told
    assert told.count("  *\n") == 2
    with pytest.raises(CommandError, match="no agency nobody"):
        call_command("forecast", agency="nobody")


def test_the_command_promises_no_certainty_without_a_backtest() -> None:
    fill(19, code="YOUNG", today=business_day())
    fill(170, code="RECENT", today=business_day())
    young, tested = StringIO(), StringIO()
    call_command("forecast", agency="YOUNG", stdout=young)
    assert young.getvalue().count(", certainty unknown\n") == 2 * len(HORIZONS)
    assert "80 %" not in young.getvalue()
    call_command("forecast", agency="RECENT", stdout=tested)
    assert tested.getvalue().count("80 % between") == 2 * len(HORIZONS)
    assert "unknown" not in tested.getvalue()


def test_dimension_of_an_agency_is_its_counter() -> None:
    fill(30)
    fill(30, code="OTHER", each=4)
    found = latest_forecast(Series.LEADS, "OTHER", now=NOW)
    counted = figures_by_day(TODAY - timedelta(days=7), TODAY - timedelta(days=1), Dimension.AGENCY, "OTHER")
    assert found.next7 == sum(figures.leads for figures in counted.values()) == 29
