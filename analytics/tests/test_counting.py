"""The counters are what the leads say: at every moment, by every path, whatever runs beside it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.tests.factories import make_agency
from analytics.choices import Dimension
from analytics.models import Count, CountDelta
from analytics.selectors.figures import (
    Brief,
    Figures,
    brief,
    briefs_by,
    figures,
    figures_by,
    figures_by_bucket,
    figures_by_day,
)
from analytics.services.counting import counting_zone, differing_counts, fold_counts
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.clock import business_day, day_bounds
from crm.core.generations import generations
from crm.core.periods import Period, period_of
from crm.core.tests.factories import make_user
from leads.choices import Disposition
from leads.models import Lead
from leads.services.assignment import assign_lead
from leads.services.bulk.operations import Selection
from leads.services.bulk.undoing import undo_operation
from leads.services.bulk.updating import bulk_update
from leads.services.editing import delete_lead, update_lead
from leads.tests.factories import make_lead
from leads.tests.racing import at_once

SYSTEM = Actor.system("test")
D = Disposition


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_stats", *arguments, stdout=out)
    return out.getvalue()


def today() -> Figures:
    return figures(period_of({"period": "today"}))


def go_round_the_triggers(sql: str) -> None:
    """As a restore with triggers off leaves it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE leads_lead DISABLE TRIGGER analytics_count_update")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE leads_lead ENABLE TRIGGER analytics_count_update")


@pytest.mark.django_db
def test_a_lead_is_counted_from_its_creation_to_its_end() -> None:
    agent = make_user(max_capacity=5)
    lead = make_lead(lead_value=Decimal("35.00"), acquisition_cost=Decimal("20.00"), quality_score=8)
    assert today() == Figures(
        leads=1, revenue=Decimal("35.00"), cost=Decimal("20.00"), costed=1, quality=8, at_new=1
    )
    assign_lead(lead.pk, agent_email=agent.email, actor=SYSTEM)
    update_lead(lead.pk, changes={"disposition": "In Progress"}, actor=SYSTEM)
    update_lead(lead.pk, changes={"disposition": "Retained for Firm", "lead_value": "4000"}, actor=SYSTEM)
    now = today()
    assert (now.leads, now.revenue, now.conversions, now.at_new, now.at_retained) == (
        1,
        Decimal(4000),
        1,
        0,
        1,
    )
    assert (now.responded, now.reached_contacted, now.reached_retained, now.reached_closed) == (1, 1, 1, 0)
    assert figures_by(period_of({"period": "today"}), Dimension.AGENT) == {str(agent.pk): now}
    update_lead(
        lead.pk, changes={"disposition": "Returned", "disposition_reason": "no such person"}, actor=SYSTEM
    )
    now = today()
    assert (now.leads, now.revenue, now.conversions, now.at_returned) == (1, Decimal(0), 1, 1)
    assert (now.conversion_rate, now.return_rate, now.cpa) == (100.0, 100.0, 0.0)
    delete_lead(lead.pk, actor=SYSTEM)
    assert today() == Figures()
    assert differing_counts() == []


@pytest.mark.django_db
def test_every_dimension_sums_to_the_total() -> None:
    agent, other = make_user(max_capacity=9), make_agency(code="OTHER")
    for number in range(12):
        make_lead(
            other if number % 3 else None,
            campaign_source=f"campaign {number % 4}",
            state=["IL", "NY", ""][number % 3],
            assigned_agent=agent if number % 2 else None,
            lead_value=Decimal(number),
            created_at=datetime.now(UTC) - timedelta(days=number % 5),
        )
    week = period_of({"period": "week"})
    whole = figures(week)
    assert (whole.leads, whole.revenue) == (12, Decimal(66))
    for dimension in set(Dimension) - {Dimension.TOTAL, Dimension.HOUR}:
        assert Figures.total(figures_by(week, dimension).values()) == whole, dimension
    assert Figures.total(figures_by_day(week.start, week.end).values()) == whole
    assert Figures.total(figures_by_bucket(week, Dimension.HOUR).values()) == whole
    assert set(figures_by(week, Dimension.CAMPAIGN, "OTHER")) <= {
        ("OTHER", f"campaign {n}") for n in range(4)
    }


@pytest.mark.django_db
def test_what_counts_nothing_appends_nothing() -> None:
    lead = make_lead()
    fold_counts()
    update_lead(lead.pk, changes={"notes": "Called, no answer", "city": "Alton"}, actor=SYSTEM)
    assert not CountDelta.objects.exists()


@pytest.mark.django_db
def test_folding_changes_no_figure() -> None:
    for _ in range(3):
        make_lead()
    before = today()
    assert fold_counts() == 3 * 6
    assert (today(), CountDelta.objects.count()) == (before, 0)
    make_lead()
    assert fold_counts() == 6
    assert (today().leads, Count.objects.get(dimension=Dimension.TOTAL).leads) == (4, 4)
    assert fold_counts() == 0


@pytest.mark.django_db
def test_bulk_work_and_its_undo() -> None:
    manager = make_user(role=Role.MANAGER).actor(Source.API)
    leads = [make_lead(lead_value=Decimal(10)) for _ in range(4)]
    done = bulk_update(
        Selection.named([lead.pk for lead in leads]),
        changes={"disposition": "Duplicate", "disposition_reason": "known"},
        actor=manager,
    )
    assert (today().revenue, today().at_duplicate) == (Decimal(0), 4)
    undo_operation(done.operation.pk, actor=manager)
    assert (today().revenue, today().at_duplicate, today().at_new) == (Decimal(40), 0, 4)
    assert differing_counts() == []


@pytest.mark.django_db(transaction=True)
def test_a_truncate_leaves_nothing_counted() -> None:
    make_lead()
    fold_counts()
    make_lead()
    before = generations(["leads", "agency:TESTAGENCY"])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE leads_lead CASCADE")
    assert differing_counts() == []
    assert today() == Figures()
    assert all(
        was != now for was, now in zip(before, generations(["leads", "agency:TESTAGENCY"]), strict=True)
    )


changes = st.fixed_dictionaries(
    {},
    optional={
        "disposition": st.sampled_from(list(D)),
        "lead_value": st.sampled_from([Decimal("0.00"), Decimal("35.10"), Decimal("4000.05")]),
        "acquisition_cost": st.sampled_from([None, Decimal("0.00"), Decimal("20.33")]),
        "quality_score": st.integers(1, 10),
        "campaign_source": st.sampled_from(["", "Search", 'a"b\\c']),
        "state": st.sampled_from(["", "IL", "NY"]),
        "created_at": st.integers(0, 60).map(
            lambda hours: datetime(2026, 3, 7, tzinfo=UTC) + timedelta(hours=hours)
        ),
        "notes": st.sampled_from(["", "said so"]),
    },
)
statements = st.lists(
    st.one_of(
        st.tuples(st.just("make"), changes),
        st.tuples(st.just("change"), changes.filter(bool)),
        st.tuples(st.sampled_from(["delete", "fold", "rebuild"]), st.just({})),
    ),
    max_size=8,
)


@given(statements)
@settings(max_examples=40)
@pytest.mark.django_db
def test_whatever_is_done_to_leads_the_counters_are_theirs(done: list[tuple[str, dict[str, Any]]]) -> None:
    for verb, values in done:
        newest = Lead.objects.order_by("pk")
        match verb:
            case "make":
                make_lead(**values)
            case "change":
                newest.filter(pk__in=list(newest.values_list("pk", flat=True)[1:])).update(**values)
            case "delete":
                newest.filter(pk__in=list(newest.values_list("pk", flat=True)[:1])).delete()
            case "fold":
                fold_counts()
        assert differing_counts() == []


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_another_ones_count() -> None:
    """Two transactions count leads of one agency and day at once: neither row is anybody's bottleneck."""
    agency = make_agency(code="HOT")

    def beside() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            make_lead(agency)
        return "counted"

    with transaction.atomic():
        make_lead(agency)
        assert at_once([beside]) == ["counted"]
    assert figures(period_of({}), Dimension.AGENCY, "HOT").leads == 2


@pytest.mark.django_db(transaction=True)
def test_a_difference_is_shown_and_with_check_left() -> None:
    make_lead(lead_value=Decimal(5))
    fold_counts()
    assert told("--check") == told() == "Every counter is what the leads say.\n"
    go_round_the_triggers("UPDATE leads_lead SET lead_value = 7")
    out = StringIO()
    with pytest.raises(CommandError, match=r"6 counters wrong; run manage\.py rebuild_stats"):
        call_command("rebuild_stats", "--check", stdout=out)
    assert "agency   TESTAGENCY           revenue 5.00 instead of 7.00" in out.getvalue()
    before = generations(["leads", "agency:TESTAGENCY"])
    assert told().endswith("Counted anew.\n")
    assert all(
        was != now for was, now in zip(before, generations(["leads", "agency:TESTAGENCY"]), strict=True)
    )
    assert told("--check") == "Every counter is what the leads say.\n"
    assert today().revenue == 7


@pytest.mark.django_db(transaction=True)
def test_another_business_zone_counts_other_days() -> None:
    make_lead(created_at=datetime(2026, 7, 1, 2, tzinfo=UTC))
    assert figures_by_day(date(2026, 6, 30), date(2026, 7, 1)).keys() == {date(2026, 6, 30)}
    with override_settings(BUSINESS_TIME_ZONE="Asia/Tokyo"):
        with pytest.raises(CommandError, match="days counted are those of America/New_York"):
            told("--check")
        assert "counting anew" in told()
        assert counting_zone() == "Asia/Tokyo"
        assert figures_by_day(date(2026, 6, 30), date(2026, 7, 1)).keys() == {date(2026, 7, 1)}
        assert differing_counts() == []
    call_command("migrate", verbosity=0)  # a deployment with the setting changed back
    assert counting_zone() == "America/New_York"
    assert figures_by_day(date(2026, 6, 30), date(2026, 7, 1)).keys() == {date(2026, 6, 30)}


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2025, 11, 2), 25)])
def test_days_on_which_the_clocks_change_count_each_hour_once(day: date, hours: int) -> None:
    start, end = (instant.astimezone(UTC) for instant in day_bounds(day))
    at = start - timedelta(minutes=30)
    while at < end + timedelta(hours=1):
        make_lead(created_at=at)
        at += timedelta(hours=1)
    assert figures_by_day(day, day)[day].leads == hours
    by_hour = figures_by_bucket(Period("day", day, day, end), Dimension.HOUR)
    assert [one.leads for one in by_hour.values()] == [1] * hours
    assert Figures.total(figures_by_day(day - timedelta(1), day + timedelta(1)).values()).leads == hours + 2


@pytest.mark.django_db
def test_the_period_before_a_running_day_ends_at_the_same_time() -> None:
    noon = datetime(2026, 5, 6, 16, tzinfo=UTC)
    for hours in (1, 5, 23, 25, 30, 36, 37):
        make_lead(created_at=noon - timedelta(hours=hours))
    today_so_far = period_of({"period": "today"}, now=noon)
    assert figures(today_so_far).leads == 2
    assert (
        figures(today_so_far.previous()).leads == 3
    )  # 25, 30 and 36 hours before; 23 was yesterday afternoon
    two_days = period_of({"period": "2"}, now=noon)
    assert (figures(two_days).leads, figures(two_days.previous()).leads) == (6, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("dimension", list(Dimension))
def test_leads_of_a_cut_day_are_counted_as_the_counters_count_them(dimension: Dimension) -> None:
    agent, noon = make_user(max_capacity=9), datetime(2026, 5, 6, 16, tzinfo=UTC)
    for minutes, disposition in enumerate((D.NEW, D.CONTACTED, D.RETURNED, D.DUPLICATE, D.RETAINED)):
        make_lead(
            make_agency(code="OTHER") if minutes == 1 else None,
            created_at=noon - timedelta(minutes=20 * minutes + 1),
            campaign_source=f"campaign {minutes % 2}",
            state=["IL", ""][minutes % 2],
            disposition=disposition,
            disposition_reason="wrong number" if disposition in {D.RETURNED, D.DUPLICATE} else "",
            assigned_agent=agent if minutes % 2 else None,
            assigned_at=noon,
            first_contact_at=noon + timedelta(seconds=90) if minutes % 2 else None,
            closed_date=noon + timedelta(days=1) if disposition == D.RETAINED else None,
            acquisition_cost=Decimal("12.50") if minutes else None,
        )
    day = business_day(noon)
    whole = Period("days", day, day, day_bounds(day)[1])
    cut = Period("days", day, day, noon, is_cut=True)
    assert Figures.total(figures_by(whole, dimension).values()).conversions == 1
    assert figures_by(cut, dimension) == figures_by(whole, dimension)
    assert figures_by_bucket(cut, Dimension.HOUR) == figures_by_bucket(whole, Dimension.HOUR)


@pytest.mark.django_db
def test_a_brief_is_a_part_of_the_figures() -> None:
    agent = make_user(max_capacity=9)
    for number in range(8):
        make_lead(
            make_agency(code="OTHER") if number == 3 else None,
            campaign_source=f"campaign {number % 3}",
            lead_value=Decimal(number),
            assigned_agent=agent if number % 2 else None,
            disposition=D.RETAINED if number == 5 else D.NEW,
            closed_date=datetime.now(UTC) if number == 5 else None,
        )
    week = period_of({"period": "week"})

    def shortened(found: Figures) -> Brief:
        return Brief(found.leads, found.revenue, found.conversions)

    assert brief(week) == shortened(figures(week))
    assert brief(week).conversion_rate == figures(week).conversion_rate == 12.5
    assert brief(week).cpa == figures(week).cpa == 3.5
    assert brief(week.previous()) == Brief()
    by_agent = {key: shortened(found) for key, found in figures_by(week, Dimension.AGENT).items()}
    assert briefs_by(week, Dimension.AGENT) == by_agent
    by_campaign: dict[str, list[Brief]] = {}
    by_pair: dict[Any, Figures] = figures_by(week, Dimension.CAMPAIGN)
    for (_, campaign), found in by_pair.items():
        by_campaign.setdefault(campaign, []).append(shortened(found))
    assert briefs_by(week, Dimension.CAMPAIGN) == {
        campaign: Brief.total(briefs) for campaign, briefs in by_campaign.items()
    }
    assert Brief.total([]) == Brief()


@pytest.mark.django_db
def test_the_view_for_analysts_is_the_group_by_of_the_leads() -> None:
    for number in range(9):
        make_lead(
            lead_value=Decimal(number),
            disposition=D.RETURNED if number == 3 else D.NEW,
            disposition_reason="wrong number",
            quality_score=1 + number,
            created_at=datetime.now(UTC) - timedelta(days=number % 2),
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date, vendor_code, lead_count, revenue, avg_quality FROM daily_stats ORDER BY date"
        )
        kept = cursor.fetchall()
        cursor.execute(
            """SELECT (created_at AT TIME ZONE 'America/New_York')::date, vendor_code, count(*),
                      sum(lead_value) FILTER (WHERE disposition NOT IN ('Returned', 'Duplicate')),
                      round(avg(quality_score), 2)
                 FROM leads_lead GROUP BY 1, 2 ORDER BY 1"""
        )
        assert kept == cursor.fetchall()
    assert {row[0] for row in kept} == {business_day(), business_day() - timedelta(days=1)}


@pytest.mark.django_db
def test_an_analyst_needs_a_right_to_the_view_alone() -> None:
    make_lead()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE analyst_of_a_test")
        cursor.execute("GRANT SELECT ON daily_stats TO analyst_of_a_test")
        cursor.execute("SET LOCAL ROLE analyst_of_a_test")
        cursor.execute("SELECT vendor_code, lead_count FROM daily_stats")
        assert cursor.fetchall() == [("TESTAGENCY", 1)]
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("SELECT email FROM leads_lead")
        cursor.execute("RESET ROLE")


@pytest.mark.django_db(transaction=True)
def test_a_year_is_read_off_the_index() -> None:
    make_lead()
    fold_counts()
    with connection.cursor() as cursor:
        names, ones = ", ".join(Figures._fields), ", ".join("1" for _ in Figures._fields)
        cursor.execute(
            f"""INSERT INTO analytics_count (dimension, bucket, key, subkey, {names})
                SELECT 1, day, 'A' || n, '', {ones} FROM generate_series(1, 20) n,
                       generate_series('2020-01-01'::timestamptz, '2024-12-31', '1 day') day"""  # noqa: S608 - ours
        )
        cursor.execute("ANALYZE analytics_count")
        cursor.execute(
            "EXPLAIN SELECT sum(leads) FROM analytics_counted WHERE dimension = 0 AND bucket >= '2026-01-01'"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "analytics_count_once" in plan, plan
    assert "Seq Scan on analytics_count " not in plan, plan


def test_money_by_lead_is_rounded_as_money() -> None:
    assert Figures(leads=2, revenue=Decimal("300.15")).cpa == 150.08  # as a float it is 150.07499…
    assert Figures(leads=3, revenue=Decimal("0.00")).cpa == 0.0
    assert Figures().cpa is None
