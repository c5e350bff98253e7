"""The lead list: found, filtered, sorted, and never counted whole."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.tests.factories import make_agency
from crm.core.admin.base import EXACT_UP_TO, CappedPaginator
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.tests.browsing import browser_as
from crm.core.tests.factories import make_user
from leads.models import Lead
from leads.tests.factories import make_lead

LIST_QUERIES = 8  # session, person, estimate, count, page, and the options of three filters

pytestmark = pytest.mark.django_db


def listed(client: Client, **params: object) -> list[Lead]:
    response = client.get(f"{reverse('admin:leads_lead_changelist')}?{urlencode(params, doseq=True)}")
    assert response.status_code == 200, response
    return list(response.context["cl"].result_list)


def test_the_newest_lead_comes_first(manager: Client) -> None:
    older, newer = make_lead(), make_lead()
    assert listed(manager) == [newer, older]


def test_a_longer_list_costs_no_more_queries(manager: Client) -> None:
    make_lead(assigned_agent=make_user())
    with CaptureQueriesContext(connection) as few:
        listed(manager)
    for _ in range(5):
        make_lead(agency=make_agency(), assigned_agent=make_user())
    with CaptureQueriesContext(connection) as more:
        listed(manager)
    assert len(few) == len(more) == LIST_QUERIES


@pytest.mark.parametrize(
    "text", ["ortiz", "Sam Ortíz", "unique.person@example.com", "(212) 555-0187", "5550187"]
)
def test_a_lead_is_found_by_what_a_manager_types(manager: Client, text: str) -> None:
    wanted = make_lead(
        first_name="Sam", last_name="Ortiz", email="unique.person@example.com", phone="+12125550187"
    )
    make_lead(first_name="Ann", last_name="Lee", email="ann.lee@example.com")
    assert listed(manager, q=text) == [wanted]


def test_a_lead_is_found_by_its_id(manager: Client) -> None:
    wanted = make_lead()
    make_lead()
    assert listed(manager, q=str(wanted.pk)) == [wanted]


def test_nothing_is_found_by_an_unknown_word(manager: Client) -> None:
    make_lead()
    assert listed(manager, q="nobody-of-this-name") == []


def test_the_filters_narrow_the_list(manager: Client) -> None:
    agent, agency, today = make_user(role=Role.AGENT), make_agency(), business_day()
    wanted = make_lead(
        agency=agency,
        assigned_agent=agent,
        disposition="Contacted",
        priority="urgent",
        state="TX",
        has_attorney="no",
        quality_score=9,
        filing_deadline=today + timedelta(days=5),
    )
    make_lead(quality_score=3, has_attorney="yes")
    for params in (
        {"agency": agency.pk},
        {"agent": agent.pk},
        {"disposition__exact": ["Contacted", "Closed"]},
        {"priority__exact": "urgent"},
        {"state": "TX"},
        {"has_attorney__exact": "no"},
        {"quality_score_from": 8, "quality_score_to": 10},
        {"deadline": "7"},
    ):
        assert listed(manager, **params) == [wanted], params


def test_unassigned_leads_and_the_pool(manager: Client) -> None:
    make_lead(assigned_agent=make_user())
    waiting, ended = make_lead(), make_lead(disposition="Rejected", disposition_reason="no injury")
    assert listed(manager, agent="unassigned") == [ended, waiting]
    assert listed(manager, agent="pool") == [waiting]


def test_created_filters_by_whole_days_of_the_business(manager: Client) -> None:
    lead, today = make_lead(), business_day()
    assert listed(manager, created_at_from=today, created_at_to=today) == [lead]
    assert listed(manager, created_at_to=today - timedelta(days=1)) == []
    assert listed(manager, created_at_from="nonsense") == [lead]


@pytest.mark.parametrize("end", ["created_at_from", "created_at_to"])
@pytest.mark.parametrize(("day", "is_past"), [("0001-01-01", True), ("9999-12-31", False)])
def test_the_first_and_the_last_day_of_the_calendar(
    manager: Client, end: str, day: str, is_past: bool
) -> None:
    lead = make_lead()
    assert listed(manager, **{end: day}) == ([lead] if is_past == end.endswith("from") else [])


@pytest.mark.parametrize(
    "name",
    [
        "agency",
        "agent",
        "state",
        "disposition__exact",
        "priority__exact",
        "has_attorney__exact",
        "deadline",
    ],
)
@pytest.mark.parametrize("value", ["\0", "T\0X", "nonsense", "9" * 5000])
def test_a_value_that_is_no_choice_is_as_none(manager: Client, name: str, value: str) -> None:
    lead = make_lead()
    assert listed(manager, **{name: value}) == [lead]


@pytest.mark.parametrize(
    ("column", "field"), [(4, "quality_score"), (6, "lead_value"), (8, "filing_deadline"), (9, "created_at")]
)
def test_every_sorting_is_read_off_an_index(manager: Client, column: int, field: str) -> None:
    make_lead()
    for sign in ("", "-"):
        response = manager.get(reverse("admin:leads_lead_changelist"), {"o": f"{sign}{column}"})
        assert response.context["cl"].queryset.query.order_by == (f"{sign}{field}", f"{sign}id")


def test_a_column_without_index_does_not_sort(manager: Client) -> None:
    make_lead()
    response = manager.get(reverse("admin:leads_lead_changelist"), {"o": "1"})
    assert response.context["cl"].queryset.query.order_by == ("-created_at", "-id")


def test_counting_stops_and_paging_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.core.admin.base.EXACT_UP_TO", 2)
    for _ in range(3):
        make_lead()
    paginator = CappedPaginator(Lead.objects.order_by("id"), 1)
    monkeypatch.setattr(paginator, "reach", 2)
    assert paginator.told.startswith("about ")
    assert paginator.num_pages == 2


def test_what_can_be_paged_through_is_counted_whatever_the_planner_guesses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crm.core.counting._estimated", lambda queryset: 5_759)
    for _ in range(3):
        make_lead()
    paginator = CappedPaginator(Lead.objects.filter(disposition="New").order_by("id"), 2)
    assert (paginator.told, paginator.num_pages) == ("3", 2)
    assert paginator.reach <= EXACT_UP_TO


def test_agents_and_vendors_stay_outside() -> None:
    assert browser_as(Role.AGENT).get(reverse("admin:leads_lead_changelist")).status_code == 302
