"""GET /agencies, /agencies/{code} and /agencies/{code}/stats: the numbers, who sees which, and what they cost."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.api.agencies.documents import OF_STAFF
from analytics.definitions import DEFINITIONS
from analytics.selectors.agencies import performance
from analytics.selectors.agencies.performance import performances
from analytics.selectors.figures import Figures, figures_by
from analytics.services.grading import grade_agencies
from analytics.tests.agencies import send
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

NO_CACHE = {"Cache-Control": "no-cache"}
LIST_STATEMENTS = 7  # session, generations, agencies, contacts, campaigns, days, grades
STATS_STATEMENTS = 10  # campaigns of the period before, its days and the grades' history, too


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


@pytest.fixture
def acme() -> Agency:
    """Sixty leads of two campaigns, ten of them worth 500; an other agency does much better."""
    now = timezone.now()
    acme, other = make_agency(code="ACME", goal=100), make_agency(code="OTHER", name="Xanthippe")
    paid: dict[str, Any] = {"acquisition_cost": Decimal(40), "lead_value": Decimal(50)}
    send(
        acme,
        10,
        now=now,
        disposition="Closed",
        campaign_source="Search",
        **{**paid, "lead_value": Decimal(500)},
    )
    send(acme, 30, now=now, disposition="Not Interested", campaign_source="Search", **paid)
    send(acme, 20, now=now, disposition="Returned", campaign_source="Social", **paid)
    send(other, 80, now=now, disposition="Closed", campaign_source="Xanthippe's", **paid)
    send(acme, 6, now=now, days_ago=0, campaign_source="Search")
    grade_agencies()
    return acme


def vendor_of(agency: Agency) -> APIClient:
    return signed_in(make_user(role=Role.VENDOR, vendor_code=agency.code))


def read(client: APIClient, path: str, **query: str) -> Any:
    answer = client.get(path, query, headers=NO_CACHE)
    assert answer.status_code == 200, answer.content
    return answer.json()


def cost(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, headers=NO_CACHE).status_code == 200
    return len(queries)


def test_performance_is_that_of_the_agencys_leads(manager: APIClient, acme: Agency) -> None:
    [shown, other] = read(manager, "/api/agencies")["data"]
    assert (shown["code"], other["code"]) == ("ACME", "OTHER")
    found = shown["performance"]

    assert (found["leads"], found["leadsThisMonth"]) == (66, 6)
    assert (found["monthlyGoal"], found["goalProgress"]) == (100, 6.0)
    assert found["revenue"] == 10 * 500 + 30 * 50
    assert found["avgCPA"] == pytest.approx(6500 / 66, abs=0.01)
    assert (found["conversionRate"], found["returnRate"]) == (15.2, 30.3)
    assert found["topCampaign"] == "Search"
    assert found["campaignROI"] == [
        {
            "campaign": "Search",
            "name": "Search",
            "leads": 46,
            "revenue": 6500.0,
            "cost": 1600.0,
            "roi": 306.2,
        },
        {
            "campaign": "Social",
            "name": "Social",
            "leads": 20,
            "revenue": 0.0,
            "cost": 800.0,
            "roi": -100.0,
        },
    ]
    assert found["window"]["days"] == 90
    assert len(found["trend"]["daily"]) == 30
    assert sum(day["leads"] for day in found["trend"]["daily"]) == 0, (
        "today is not over, sixty days ago is too old"
    )


def test_grade_and_insights_are_the_newest_kept(manager: APIClient, acme: Agency) -> None:
    shown = read(manager, "/api/agencies/acme")
    detail = shown["performance"]["gradeDetail"]

    assert shown["performance"]["grade"] == detail["grade"] == "F"
    assert detail["day"] == str(business_day())
    assert [part["name"] for part in detail["parts"]] == ["conversion", "returns", "volume", "trend"]
    assert {one["code"] for one in shown["insights"]["opportunities"]} >= {
        "conversion_below",
        "returns_above",
    }
    assert "returns_above" in {one["code"] for one in shown["insights"]["recommendations"]}
    assert shown["insights"]["strengths"] == []


def test_a_paused_agency_is_shown_no_pace(manager: APIClient, acme: Agency) -> None:
    now = timezone.now()
    for days_ago in (40, 10):
        send(acme, 20, now=now, days_ago=days_ago)
    paths = {"/api/agencies/ACME": "performance", "/api/agencies/ACME/stats": "goal"}
    assert all(read(manager, path)[name]["goalPace"] for path, name in paths.items())
    Agency.objects.filter(pk="ACME").update(status="paused")
    assert [read(manager, path)[name]["goalPace"] for path, name in paths.items()] == [None, None]


def test_a_new_agency_has_empty_numbers(manager: APIClient) -> None:
    make_agency(code="NEW", goal=0)
    found = read(manager, "/api/agencies/NEW")["performance"]
    nothing = (
        "goalProgress",
        "goalPace",
        "avgCPA",
        "topCampaign",
        "conversionRate",
        "returnRate",
        "grade",
        "gradeDetail",
    )
    assert {name: found[name] for name in nothing} == dict.fromkeys(nothing)
    assert (found["leads"], found["revenue"], found["campaignROI"]) == (0, 0.0, [])
    stats = read(manager, "/api/agencies/NEW/stats")
    assert stats["totals"]["leads"] == 0
    assert stats["campaigns"] == stats["gradeHistory"] == []


def test_the_number_of_statements_does_not_grow_with_agencies_campaigns_or_days(
    manager: APIClient, acme: Agency
) -> None:
    make_agency()
    few = [
        cost(manager, path) for path in ("/api/agencies", "/api/agencies/ACME", "/api/agencies/ACME/stats")
    ]
    for number in range(27):
        send(make_agency(), 2, campaign_source=f"Campaign {number}", now=timezone.now())
        send(acme, 2, campaign_source=f"Campaign {number}", now=timezone.now(), days_ago=number)
    grade_agencies()
    paths = ("/api/agencies", "/api/agencies/ACME", "/api/agencies/ACME/stats?period=year")
    assert (
        [cost(manager, path) for path in paths]
        == few
        == [
            LIST_STATEMENTS,
            LIST_STATEMENTS,
            STATS_STATEMENTS,
        ]
    )
    assert len(read(manager, "/api/agencies")["data"]) == 30


def test_the_campaigns_of_other_agencies_are_not_summed(
    acme: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether one agency is shown, several or none."""
    for number in range(3):
        send(make_agency(code=f"MORE{number}"), 1, campaign_source="More", now=timezone.now(), days_ago=1)
    read_rows: list[int] = []

    def counted(*asked: Any) -> dict[Any, Figures]:
        found = figures_by(*asked)
        read_rows.append(len(found))
        return found

    monkeypatch.setattr(performance, "figures_by", counted)
    for codes, rows in ((["ACME"], 2), (["ACME", "MORE1"], 3), ([], 0)):
        agencies = list(Agency.objects.filter(pk__in=codes))
        assert sorted(performances(agencies, timezone.now())) == codes
        assert read_rows.pop() == rows


def test_stats_agree_with_the_leads(manager: APIClient, acme: Agency) -> None:
    found = read(manager, "/api/agencies/ACME/stats", period="quarter")
    leads = Lead.objects.filter(agency=acme).exclude(disposition__in=("Returned", "Duplicate"))
    total = leads.aggregate(total=Sum("lead_value"))["total"]

    assert found["agency"] == {"code": "ACME", "name": acme.name, "status": "active", "goal": 100}
    assert found["totals"]["revenue"] == float(total)
    assert sum(day["revenue"] for day in found["daily"]) == float(total)
    assert sum(one["revenue"] for one in found["campaigns"]) == float(total)
    assert [one["campaign"] for one in found["campaigns"]] == ["Search", "Social"]
    assert len(found["daily"]) == 90
    assert found["daily"][-1] == {"date": str(business_day()), "leads": 6, "conversions": 0, "revenue": 0.0}
    assert found["funnel"]["leads"] == found["totals"]["leads"] == 66
    assert found["goal"]["leadsThisMonth"] == 6
    assert [one["grade"] for one in found["gradeHistory"]] == [found["grade"]] == ["F"]


def test_the_period_before_is_compared(manager: APIClient, acme: Agency) -> None:
    found = read(manager, "/api/agencies/ACME/stats", period="50")
    assert (found["totals"]["leads"], found["previous"]["leads"]) == (6, 60)
    assert found["change"]["leads"] == -90.0
    search, social = found["campaigns"]
    assert (search["change"]["leads"], social["leads"], social["change"]["leads"]) == (-85.0, 0, -100.0)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=fortnight", "period"),
        ("period=custom", "startDate"),
        ("startDate=2026-02-01&endDate=2026-01-01", "startDate"),
        ("startDate=2026-02-01&endDate=2999-01-01", "endDate"),
        ("startDate=2010-01-01&endDate=2026-01-01", "startDate"),
        ("peroid=week", "peroid"),
        ("explain=perhaps", "explain"),
    ],
)
def test_bad_questions_are_refused_by_name(manager: APIClient, acme: Agency, query: str, field: str) -> None:
    answer = manager.get(f"/api/agencies/ACME/stats?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


@pytest.mark.parametrize("path", ["/api/agencies", "/api/agencies/ACME"])
def test_misspelt_parameters_of_agencies_are_refused(manager: APIClient, acme: Agency, path: str) -> None:
    for query in ("explian=true", "explain=perhaps"):
        assert manager.get(f"{path}?{query}").status_code == 400


def test_a_parameter_of_the_list_given_twice_is_refused(manager: APIClient, acme: Agency) -> None:
    answer = manager.get("/api/agencies?status=active&status=paused")
    assert (answer.status_code, answer.json()["details"]) == (
        400,
        {"status": ["Given 2 times; give status once."]},
    )


def test_an_unknown_agency_has_no_stats(manager: APIClient) -> None:
    assert manager.get("/api/agencies/NOBODY/stats").status_code == 404


def test_explain_adds_definitions_and_what_the_grade_was_made_from(manager: APIClient, acme: Agency) -> None:
    for path in ("/api/agencies", "/api/agencies/ACME", "/api/agencies/ACME/stats"):
        assert "definitions" not in read(manager, path)
        definitions = read(manager, path, explain="true")["definitions"]
        assert definitions.items() <= DEFINITIONS.items()
        assert {"grade", "revenue" if path.endswith("stats") else "campaignROI"} <= set(definitions)
    detail = read(manager, "/api/agencies/ACME", explain="true")["performance"]["gradeDetail"]
    assert detail["parts"][0]["inputs"]["count"] == 10
    assert detail["rules"]["fewestLeads"] == 30


def test_a_vendor_sees_its_own_performance_without_money_or_others(acme: Agency) -> None:
    vendor = vendor_of(acme)
    [shown] = read(vendor, "/api/agencies", explain="true")["data"]
    detail, stats = (
        read(vendor, "/api/agencies/ACME"),
        read(vendor, "/api/agencies/ACME/stats", explain="true", period="90"),
    )
    found = shown["performance"]

    assert "notes" not in shown
    assert (found["leads"], found["grade"], found["topCampaign"]) == (66, "F", "Search")
    assert (found["revenue"], found["avgCPA"], found["campaignROI"]) == (None, None, None)
    assert detail["performance"]["revenue"] is None
    hidden = ("revenue", "cpa", "cost", "costKnown", "roi", "avgResponseMinutes")
    for numbers in (stats["totals"], stats["previous"], stats["change"], *stats["campaigns"]):
        assert [numbers[name] for name in hidden] == [None] * 6
    assert {day["revenue"] for day in stats["daily"]} == {None}
    assert not {*hidden, "avgCPA", "campaignROI"} & set(stats["definitions"])


def test_what_vendors_are_not_told_is_one_list(manager: APIClient, acme: Agency) -> None:
    """Each number is withheld with its definition, and nothing else is."""
    vendor, withheld = vendor_of(acme), set[str]()
    make_lead(acme, campaign_source="Search", lead_value=60, acquisition_cost=40)
    for path in ("/api/agencies/ACME", "/api/agencies/ACME/stats?period=90"):
        ours, theirs = (read(client, path, explain="true") for client in (manager, vendor))
        assert set(ours["definitions"]) - set(theirs["definitions"]) <= OF_STAFF
        assert not OF_STAFF & set(theirs["definitions"])
        for one in (ours, theirs):
            del one["definitions"], one["insights"]
            del (one.get("performance") or one)["gradeDetail"]  # vendors are told letters, without scores
            one.pop("gradeHistory", None)
        withheld |= set(nulled(ours, theirs))
    assert withheld <= OF_STAFF
    assert OF_STAFF - withheld == {"avgResponseMinutes"}, "of leads that nobody has contacted"


def nulled(ours: Any, theirs: Any, name: str = "") -> Iterator[str]:
    """Names of what only one of two documents has."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours.keys() & theirs.keys():
            yield from nulled(ours[key], theirs[key], key)
    elif isinstance(ours, list) and isinstance(theirs, list):
        for one, other in zip(ours, theirs, strict=True):
            yield from nulled(one, other, name)
    elif (ours is None) != (theirs is None):
        yield name


def test_a_vendor_is_told_nothing_that_others_or_our_money_made(acme: Agency) -> None:
    vendor = vendor_of(acme)
    for path in ("/api/agencies", "/api/agencies/ACME", "/api/agencies/ACME/stats"):
        text = vendor.get(path, {"explain": "true"}, headers=NO_CACHE).content.decode()
        for secret in (
            "Xanthippe",
            "OTHER",
            "$",
            '"expected',
            "elsewhere",
            "comparedRate",
            "inputs",
            '"test"',
        ):
            assert secret not in text, (path, secret)
        for staffs in ("returns_above", "conversion_below"):
            assert staffs not in text, (path, staffs)


def test_a_vendor_is_told_the_letters_of_its_grade_only(acme: Agency, manager: APIClient) -> None:
    """From a score or its ends, and its own counts, it could solve for what was expected: the others' rates."""
    vendor = vendor_of(acme)
    stats = read(vendor, "/api/agencies/ACME/stats", explain="true")
    for shown in (read(vendor, "/api/agencies/ACME", explain="true")["performance"], stats):
        detail = shown["gradeDetail"]
        told = {name: value for name, value in detail.items() if value not in (None, [])}
        assert set(told) == {"grade", "gradeRange", "certainty", "day", "asOf", "version"}
    [day] = stats["gradeHistory"]
    assert (day["grade"], day["score"]) == ("F", None)
    [day] = read(manager, "/api/agencies/ACME/stats")["gradeHistory"]
    assert day["score"] < 35


def test_a_vendors_answer_does_not_change_with_what_others_do(acme: Agency) -> None:
    """Except for the grade, whose yardstick they are."""
    vendor = vendor_of(acme)
    before = _without_grade(read(vendor, "/api/agencies/ACME"))
    send(Agency.objects.get(pk="OTHER"), 200, now=timezone.now(), quality_score=1, disposition="Returned")
    grade_agencies()
    assert _without_grade(read(vendor, "/api/agencies/ACME")) == before


def _without_grade(document: Any) -> Any:
    del document["performance"]["grade"], document["performance"]["gradeDetail"]
    return document


def test_a_vendor_knows_of_no_other_and_an_agent_of_none(acme: Agency) -> None:
    vendor = vendor_of(acme)
    unknown, others = (vendor.get(f"/api/agencies/{code}/stats") for code in ("NOBODY", "OTHER"))
    assert (unknown.status_code, others.status_code) == (404, 404)
    assert others.json()["error"] == unknown.json()["error"].replace("NOBODY", "OTHER")
    agent = signed_in(make_user(role=Role.AGENT))
    assert agent.get("/api/agencies/ACME/stats").status_code == 403
    assert APIClient().get("/api/agencies/ACME/stats").status_code == 401


def test_answers_are_kept_apart_and_changes_are_seen_at_once(manager: APIClient, acme: Agency) -> None:
    vendor = vendor_of(acme)
    path = "/api/agencies/ACME"
    assert [manager.get(path)["X-Cache"] for _ in range(2)] == ["miss", "hit"]
    assert vendor.get(path)["X-Cache"] == "miss"

    send(acme, 1, now=timezone.now(), days_ago=0)
    assert manager.get(path).json()["performance"]["leads"] == 67
    assert manager.patch(path, {"goal": 50}).status_code == 200
    assert manager.get(path).json()["performance"]["monthlyGoal"] == 50

    tomorrow = timezone.now() + timedelta(days=1)
    assert manager.get(path)["X-Cache"] == "hit"
    grade_agencies(now=tomorrow)
    assert manager.get(path).json()["performance"]["gradeDetail"]["day"] == str(business_day(tomorrow))


def test_the_links_list_the_very_leads(manager: APIClient, acme: Agency) -> None:
    found = read(manager, "/api/agencies/ACME")["insights"]["opportunities"]
    counts = {"conversion_below": "leads", "returns_above": "returned", "evidence_missing": "unproven"}
    checked = 0
    for one in found:
        link = one["link"]
        if one["code"] in counts:
            call = manager.get if link["method"] == "GET" else manager.post
            answer = call(link["path"], link.get("body"))
            assert answer.json()["pagination"]["total"] == one["figures"][counts[one["code"]]], one
            checked += 1
    assert checked >= 2
