"""In a world with troubles every rule speaks, and each link leads to as many leads as the insight says."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.selectors.links import sent
from analytics.services.insights.finding import Finding
from analytics.services.insights.registry import find_insights
from analytics.services.insights.rules import deadlines
from analytics.services.insights.world import World
from analytics.tests.insight_worlds import NOW, lead, noon, store, troubled_world
from crm.core.choices import Role
from crm.core.clock import business_day, business_zone
from crm.core.tests.factories import make_user, signed_in
from leads.choices import Disposition

pytestmark = pytest.mark.django_db
STATEMENTS = 11


def total_of(client: APIClient, link: dict[str, Any]) -> int:
    answer: Any = client.generic(
        link["method"], link["path"], json.dumps(link["body"] or ""), content_type="application/json"
    )
    assert answer.status_code == 200, answer.json()
    total: int = answer.json()["pagination"]["total"]
    return total


def assert_links_hold(findings: list[Finding], browser: Client) -> None:
    client = signed_in(make_user(role=Role.MANAGER))
    for finding in findings:
        for figures, link in linked(finding):
            assert total_of(client, link) == figures["leads"], (finding.code, finding.subject, link)
            if link["admin"]:
                page = browser.get(link["admin"])
                assert page.status_code == 200
                assert page.context["cl"].result_count == figures["leads"], link["admin"]


def linked(finding: Finding) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [
        (finding.figures, finding.link.document()),
        *((part, part["link"]) for part in finding.parts),
    ]


def test_every_rule_speaks_and_its_links_hold(
    manager: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    troubled_world()
    with django_assert_num_queries(STATEMENTS):
        found = find_insights(NOW)
    said = {(finding.code, finding.subject) for finding in found}
    assert said >= {
        ("uncontacted", ""),
        ("ageing", ""),
        ("anomaly", "leads:SILENT"),
        ("conversion_rate", "COLLAPSED"),
        ("leads_changed", ""),
        ("conversions_changed", ""),
        ("goal_pace", "SILENT"),
        ("slow_agent", "slow@example.com"),
        ("unusable_rate", "Returned:COLLAPSED"),
        ("speed_to_contact", ""),
    }
    assert not {subject for _, subject in said} & {"GOOD", "leads:GOOD", "quick@example.com"}
    assert_they_say_what_there_is(found)
    assert_links_hold(found, manager)


def assert_they_say_what_there_is(findings: list[Finding]) -> None:
    severities = [one.severity for one in findings]
    assert severities == sorted(severities, reverse=True)
    found = {(one.code, one.subject): one for one in findings}
    silent = found["anomaly", "leads:SILENT"]
    assert silent.title.startswith("SILENT: 0 leads in the seven days to 2026-03-17, 100 % less")
    assert (silent.figures["expected"], silent.scope) == (pytest.approx(84, abs=1), "SILENT")
    collapsed = found["conversion_rate", "COLLAPSED"]
    assert (collapsed.figures["conversions"], collapsed.figures["rateBefore"]) == (0, 25.0)
    drivers = found["conversions_changed", ""]
    effects = [drivers.figures[name] for name in ("volumeEffect", "mixEffect", "rateEffect")]
    change = drivers.figures["conversions"] - drivers.figures["conversionsBefore"]
    assert sum(effects) == pytest.approx(change, abs=0.2)
    assert drivers.parts[0]["agency"] == "COLLAPSED"
    slow = found["slow_agent", "slow@example.com"]
    assert (slow.figures["inTime"], slow.figures["leads"]) == (0, 124)
    assert found["uncontacted", ""].figures["leads"] == 3
    assert found["ageing", ""].figures["byDisposition"] == {"Attempting": 4}


def test_no_statement_more_for_more_agencies(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(15):
        agency = make_agency(code=f"MORE{number}")
        store(lead(agency, NOW - timedelta(days=back)) for back in range(1, 40))
    with django_assert_num_queries(STATEMENTS):
        find_insights(NOW)


def test_deadlines_passed_and_near(manager: Client) -> None:
    agency = make_agency(code="LAWYERLY")
    today = business_day()
    for left in (-400, -1, 0, 30, 31, 60, 61):
        store([_due(agency, left), _due(agency, left, disposition=Disposition.NOT_INTERESTED)])
    passed, near = sorted(deadlines.find(World()), key=lambda finding: finding.code, reverse=True)
    assert [one["days_to_deadline"] for one in passed.figures["worst"]] == [-400, -1]
    assert (passed.figures["leads"], near.figures["leads"], near.figures["soon"]) == (2, 4, 2)
    assert near.figures["worst"][0]["deadline"] == today.isoformat()
    assert_links_hold([passed, near], manager)


def _due(agency: Agency, left: int, **fields: Any) -> Any:
    return lead(agency, timezone.now(), filing_deadline=business_day() + timedelta(days=left), **fields)


def test_leads_spoken_with_before_they_were_handed_over() -> None:
    """Nobody is slow because others were given old leads, and whoever is was not quick with those he was given."""
    agency, leads = make_agency(code="HANDED"), []
    for name, late, old in (("late", 40, 10), ("heir", 0, 160), ("third", 0, 160), ("fair", 0, 0)):
        agent = make_user(email=f"{name}@example.com")
        for n in range(40 + old):
            at = noon(1 + n % 29)
            wait = timedelta(hours=3 if n < late or n % 2 else 0.5)
            spoken = at + wait if n < 40 else at - timedelta(days=2)
            worked = {"assigned_agent": agent, "assigned_at": at, "first_contact_at": spoken}
            leads.append(lead(agency, at, disposition=Disposition.NOT_INTERESTED, **worked))
    store(leads)
    (found,) = [one for one in find_insights(NOW) if one.code == "slow_agent"]
    assert (found.subject, found.figures["leads"], found.figures["inTime"]) == ("late@example.com", 40, 0)
    assert found.figures["shareOthers"] == 50.0
    assert total_of(signed_in(make_user(role=Role.MANAGER)), found.link.document()) == 40


def test_a_campaign_without_a_name_and_one_with_odd_signs() -> None:
    agency = make_agency(code="ODD")
    other = make_agency(code="PLAIN")
    for campaign, bad in (("", 40), ("A & B = 50 %?", 2)):
        store(
            lead(
                agency,
                NOW - timedelta(days=1 + n % 60),
                campaign_source=campaign,
                disposition=Disposition.RETURNED if n < bad else Disposition.NOT_INTERESTED,
            )
            for n in range(80)
        )
    store(
        lead(other, NOW - timedelta(days=1 + n % 60), disposition=Disposition.NOT_INTERESTED)
        for n in range(80)
    )
    found = [one for one in find_insights(NOW) if one.code == "unusable_rate"]
    assert {one.subject for one in found} == {"Returned:ODD", "Returned:ODD/"}
    client = signed_in(make_user(role=Role.MANAGER))
    assert [total_of(client, one.link.document()) for one in found] == [one.figures["leads"] for one in found]
    signs = sent("ODD", "A & B = 50 %?", World(NOW).day(90), World(NOW).today)
    assert total_of(client, signs.document()) == 80


@pytest.mark.parametrize(
    ("now", "night"),
    [(NOW, datetime(2026, 3, 8)), (datetime(2025, 11, 12, 15, tzinfo=UTC), datetime(2025, 11, 2))],  # noqa: DTZ001
)
def test_nights_in_which_clocks_change(now: datetime, night: datetime) -> None:
    """Half an hour from midnight on either side, on the wall: in the day that a person would say."""
    agency = make_agency(code="NIGHTLY")
    walls = [
        (night + timedelta(days=n, minutes=m)).replace(tzinfo=business_zone())
        for n in (0, 1)
        for m in (-30, 30)
    ]
    store(lead(agency, at, disposition=Disposition.CLOSED, closed_date=at) for at in walls)
    expected = {night.date() + timedelta(days=-1): 1, night.date(): 2, night.date() + timedelta(days=1): 1}
    world = World(now)
    assert {day: won.conversions for day, won in world.won["NIGHTLY"].items()} == expected
    assert {day: row.leads for day, row in world.came["NIGHTLY"].items()} == expected
    by_block = {block: cell.leads for block, cell in world.cohorts.cells["NIGHTLY", ""].items()}
    blocks = Counter((world.today - day).days - 1 for day, n in expected.items() for _ in range(n))
    assert by_block == Counter(back // 14 for back in blocks.elements())
    client = signed_in(make_user(role=Role.MANAGER))
    assert total_of(client, sent("NIGHTLY", None, night.date(), night.date()).document()) == 2


def test_nothing_to_say_of_nothing() -> None:
    assert find_insights(NOW) == []
    make_agency(code="NEW")
    assert find_insights(NOW) == []


def test_few_leads_say_nothing() -> None:
    """Three leads of which none converts are no collapse, and one that comes back is no return rate."""
    agency = make_agency(code="SMALL", goal=600)
    store(
        lead(
            agency,
            NOW - timedelta(days=7 * n + 1),
            disposition=Disposition.RETURNED if n < 3 else Disposition.CLOSED,
            closed_date=None if n < 3 else NOW - timedelta(days=7 * n),
        )
        for n in range(12)
    )
    assert find_insights(NOW) == []
