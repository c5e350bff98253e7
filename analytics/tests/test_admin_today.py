"""The admin's first page: right numbers, a constant number of queries, for those who may see them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.tests.factories import make_agency
from analytics.selectors import today
from analytics.selectors.today import today_at_a_glance
from analytics.services.insights.storing import refresh_insights
from analytics.tests.analysing import ago, lead, retained, told
from crm.core.choices import Availability, Role
from crm.core.clock import business_day
from crm.core.tests.browsing import browser_as
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.tests.factories import make_lead, unique_phone

SELECTOR_QUERIES = 8
MONTH_QUERIES = (
    7  # two of key figures, velocity, what ripened, two of a forecast that nobody made yet, insights
)
EVERY_TIME = 3  # session, person, generations
PAGE_QUERIES = SELECTOR_QUERIES + MONTH_QUERIES + EVERY_TIME

NINE_IN_NEW_YORK = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def at(moment: datetime) -> Lead:
    return make_lead(created_at=moment)


def test_today_is_compared_with_the_same_hours_a_week_before() -> None:
    midnight = NINE_IN_NEW_YORK - timedelta(hours=9)
    for moment in (midnight, NINE_IN_NEW_YORK - timedelta(minutes=1), midnight - timedelta(seconds=1)):
        at(moment)
    week = timedelta(days=7)
    for moment in (midnight - week, NINE_IN_NEW_YORK - week, NINE_IN_NEW_YORK - week + timedelta(minutes=1)):
        at(moment)
    at(midnight - week)
    at(midnight - week)
    day = today_at_a_glance(NINE_IN_NEW_YORK)
    assert (day.leads_today, day.leads_last_week, day.change) == (2, 4, -50.0)


def test_a_change_from_nothing_is_no_number() -> None:
    assert today_at_a_glance(NINE_IN_NEW_YORK).change is None


def test_the_same_hour_is_the_clocks_when_the_clocks_change() -> None:
    nine_after_the_change = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)
    at(datetime(2026, 3, 4, 13, 59, tzinfo=UTC))  # 08:59 in New York, in winter
    at(datetime(2026, 3, 4, 14, 1, tzinfo=UTC))
    assert today_at_a_glance(nine_after_the_change).leads_last_week == 1


def test_the_pool_the_deadlines_and_the_retained() -> None:
    soon, agent = business_day() + timedelta(days=30), make_user(role=Role.AGENT)
    make_lead(filing_deadline=soon)
    make_lead(filing_deadline=soon + timedelta(days=1), assigned_agent=agent)
    make_lead(filing_deadline=soon, disposition="Rejected", disposition_reason="no injury")
    make_lead(disposition="Retained for Firm", assigned_agent=agent)
    long_ago = timezone.now() - timedelta(days=40)
    make_lead(
        disposition="Retained for Firm", closed_date=long_ago, created_at=long_ago, assigned_agent=agent
    )
    day = today_at_a_glance()
    assert (day.unassigned.number, day.deadlines.number, day.retained_this_month.number) == (1, 1, 1)


def test_counting_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "MANY", 2)
    for _ in range(4):
        make_lead()
    assert str(today_at_a_glance().unassigned) == "2+"


def test_agencies_by_their_leads_today() -> None:
    quiet, busy, paused = make_agency(), make_agency(), make_agency(status="paused")
    for agency in (busy, busy, paused):
        make_lead(agency=agency)
    day = today_at_a_glance()
    assert [(agency.code, agency.today) for agency in day.agencies] == [(busy.pk, 2), (paused.pk, 1)]
    assert day.silent == 1, quiet


def test_the_present_team_fullest_first() -> None:
    make_user(role=Role.AGENT, max_capacity=50, availability=Availability.AWAY)
    light = make_user(role=Role.AGENT, max_capacity=10)
    full = make_user(role=Role.AGENT, max_capacity=2)
    make_user(role=Role.AGENT, is_active=False)
    for agent in (light, full, full):
        make_lead(assigned_agent=agent)
    team = today_at_a_glance().team
    assert team.agents == [full, light]
    assert (team.total, team.present, team.used, team.utilisation) == (3, 2, 3, 25.0)


def test_the_page_shows_the_day_in_a_constant_number_of_queries() -> None:
    manager = browser_as(Role.MANAGER)
    counts = []
    for _ in range(2):
        for _ in range(3):
            make_lead(agency=make_agency(), assigned_agent=make_user(role=Role.AGENT))
        with CaptureQueriesContext(connection) as queries:
            page = manager.get(reverse("admin:index"))
        counts.append(len(queries))
    assert page.status_code == 200
    assert "Sam Ortiz" in page.content.decode()
    assert counts[0] == PAGE_QUERIES
    assert all(one == other for one, other in pairwise(counts))


def test_the_month_is_read_again_only_when_something_has_changed() -> None:
    manager, url = browser_as(Role.MANAGER), reverse("admin:index")
    make_lead()
    manager.get(url)
    with CaptureQueriesContext(connection) as queries:
        page = manager.get(url)
    assert len(queries) == SELECTOR_QUERIES + EVERY_TIME
    assert page.context["month"].tiles[1].value == "1"
    make_lead()
    assert manager.get(url).context["month"].tiles[1].value == "2"


def test_the_months_tiles_are_the_apis_numbers_and_lead_to_what_they_count() -> None:
    retained(2_400, 9, took=5)
    lead(35, 3)
    lead(50, 40)
    stats = told(signed_in(make_user(role=Role.MANAGER)), "stats")
    manager = browser_as(Role.MANAGER)
    revenue, leads, conversion, forecast = manager.get(reverse("admin:index")).context["month"].tiles
    assert revenue.value == f"${stats['revenue']['total']:,.2f}" == "$2,435.00"
    assert leads.value == str(stats["leads"]["total"]) == "2"
    assert conversion.value == f"{stats['conversion']['rate']} %" == "50.0 %"
    assert forecast.value == f"${stats['revenue']['forecast']['next30']:,.0f}"
    assert manager.get(leads.href).context["cl"].result_count == 2
    for one in (revenue, conversion, forecast):
        path, _, anchor = one.href.partition("#")
        assert f'id="{anchor}"' in manager.get(path).content.decode()


def test_what_presses_most_is_on_the_first_page_with_the_way_to_its_leads() -> None:
    agency = make_agency()
    Lead.objects.bulk_create(
        Lead(agency=agency, first_name="Sam", phone=unique_phone(), created_at=ago(3)) for _ in range(40)
    )
    refresh_insights()
    manager = browser_as(Role.MANAGER)
    page = manager.get(reverse("admin:index"))
    first = page.context["month"].insights[0]
    assert first.document["title"] in page.content.decode()
    assert reverse("admin:analytics_insight_change", args=[first.pk]) in page.content.decode()


def test_an_empty_program_says_how_leads_come_in() -> None:
    assert (
        "They come in through the API"
        in browser_as(Role.MANAGER).get(reverse("admin:index")).content.decode()
    )


def test_the_number_of_queries_is_what_is_promised() -> None:
    with CaptureQueriesContext(connection) as queries:
        today_at_a_glance()
    assert len(queries) == SELECTOR_QUERIES
