"""Key figures, the funnel, sources, agents and publishers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from analytics.tests.analysing import ago, lead, refused, retained, told
from crm.core.choices import Role
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.choices import Disposition

pytestmark = pytest.mark.django_db

D = Disposition


@pytest.fixture
def caller() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def test_kpis_stand_beside_those_of_the_period_before(caller: APIClient) -> None:
    retained(300, 5, 2, acquisition_cost=Decimal(50), quality_score=8)
    lead(0, disposition=D.RETURNED, disposition_reason="No", acquisition_cost=Decimal(50), quality_score=4)
    lead(100, days=40, acquisition_cost=None)
    found = told(caller, "analytics/kpis")["kpis"]
    assert found["leads"] == {"value": 2, "previous": 1, "change": 100.0}
    assert found["revenue"] == {"value": 300.0, "previous": 100.0, "change": 200.0}
    assert found["conversions"] == {"value": 1, "previous": 0, "change": None}
    assert found["conversionRate"] == {"value": 50.0, "previous": 0.0, "change": None}
    assert found["returnRate"]["value"] == 50.0
    assert found["avgQuality"] == {"value": 6.0, "previous": 5.0, "change": 20.0}
    assert found["cost"] == {"value": 100.0, "previous": 0.0, "change": None}
    assert found["roi"] == {"value": 200.0, "previous": None, "change": None}
    assert (found["costKnown"]["value"], found["costKnown"]["previous"]) == (100.0, 0.0)


def test_response_is_the_mean_from_assignment_to_first_contact(caller: APIClient) -> None:
    agent = make_user()
    for minutes in (10, 30):
        lead(
            1,
            assigned_agent=agent,
            assigned_at=ago(2),
            first_contact_at=ago(2) + timedelta(minutes=minutes),
            disposition=D.CONTACTED,
        )
    assert told(caller, "analytics/kpis")["kpis"]["avgResponseMinutes"]["value"] == 20.0


def test_the_funnel_accounts_for_every_lead(caller: APIClient) -> None:
    lead(1)
    retained(1, 5, 2)
    lead(1, disposition=D.REJECTED, disposition_reason="No case")
    found = told(caller, "analytics/funnel")
    standing = [stage["standing"] for stage in found["stages"]] + [one["leads"] for one in found["exits"]]
    assert (found["leads"], sum(standing)) == (3, 3)
    assert {one["disposition"]: one["share"] for one in found["exits"]}[D.REJECTED] == 33.3
    assert "groups" not in found


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("vendor", ["ALPHA", "BETA"]),
        ("source", ["Search", ""]),
        ("agent", ["", "ann@example.com"]),
        ("state", ["IL", "TX"]),
    ],
)
def test_the_funnel_splits_into_parts_that_add_up(caller: APIClient, by: str, keys: list[str]) -> None:
    alpha, beta = make_agency(code="ALPHA"), make_agency(code="BETA")
    lead(1, agency=alpha, campaign_source="Search")
    lead(1, agency=alpha, campaign_source="Search")
    lead(1, agency=beta, state="TX", assigned_agent=make_user(email="ann@example.com"))
    found = told(caller, "analytics/funnel", by=by)
    assert [group["key"] for group in found["groups"]] == keys
    assert [group["leads"] for group in found["groups"]] == [2, 1]
    assert all(len(group["stages"]) == 9 for group in found["groups"])


def test_one_agencys_funnel_splits_by_source_only(caller: APIClient) -> None:
    agency = make_agency()
    lead(1, agency=agency, campaign_source="Search")
    lead(1, agency=make_agency(), campaign_source="Search")
    found = told(caller, "analytics/funnel", by="source", vendor_code=agency.code)
    assert (found["leads"], [group["leads"] for group in found["groups"]]) == (1, [1])
    assert list(refused(caller, "analytics/funnel", by="agent", vendor_code=agency.code)) == ["by"]
    assert "vendor, source, agent, state" in refused(caller, "analytics/funnel", by="colour")["by"][0]


def test_lead_sources_add_up_and_say_how_sure_their_rates_are(caller: APIClient) -> None:
    ours, theirs = make_agency(name="Ours"), make_agency()
    retained(300, 5, 2, agency=ours, campaign_source="Search", acquisition_cost=Decimal(60))
    lead(0, agency=ours, campaign_source="Search", acquisition_cost=Decimal(40))
    lead(100, agency=theirs, campaign_source="Search")
    lead(5, days=40, agency=theirs, campaign_source="Search")
    found = told(caller, "analytics/lead-sources")
    first, second = found["sources"]
    assert (first["vendor_code"], first["agency"], first["campaign"]) == (ours.code, "Ours", "Search")
    assert (first["leads"], first["revenue"], first["cpa"], first["share"]) == (2, 300.0, 150.0, 75.0)
    assert (first["cost"], first["roi"], first["change"]) == (100.0, 200.0, None)
    assert (first["conversionRate"], first["conversionInterval"]) == (50.0, {"low": 9.5, "high": 90.5})
    assert (second["share"], second["change"]) == (25.0, 0.0)
    assert found["total"]["revenue"] == 400.0
    assert found["total"]["leads"] == 3


def test_agents_are_ranked_by_what_is_asked(caller: APIClient) -> None:
    ann, bob, cem, dee = (
        make_user(first_name=name, last_name="", email=f"{name.lower()}@example.com")  # settles ties
        for name in ("Ann", "Bob", "Cem", "Dee")
    )
    for _ in range(10):
        lead(10, assigned_agent=ann)
    retained(20, 5, 1, assigned_agent=bob)
    retained(30, 5, 1, assigned_agent=ann)
    retained(500, 5, 1, assigned_agent=cem)
    retained(100, 45, 1, assigned_agent=cem)
    User.objects.filter(pk=cem.pk).update(is_active=False)
    make_user(first_name="Gone", is_active=False)
    lead(7)

    def names(metric: str) -> list[str]:
        return [one["name"] for one in told(caller, "analytics/agents", metric=metric)["agents"]]

    assert names("revenue") == ["Cem", "Ann", "Bob", "Dee"]
    assert names("leads") == ["Ann", "Bob", "Cem", "Dee"]
    assert names("conversion") == ["Ann", "Bob", "Cem", "Dee"]  # 100 % of one lead says little
    found = told(caller, "analytics/agents")
    cems, dees = found["agents"][0], found["agents"][-1]
    assert (cems["status"], cems["value"], cems["previous"], cems["change"]) == ("inactive", 500, 100, 400.0)
    assert (dees["agent_id"], dees["leads"], dees["value"]) == (dee.pk, 0, 0)
    assert found["unassigned"] == {
        "name": "Unassigned",
        "leads": 1,
        "revenue": 7.0,
        "cpa": 7.0,
        "conversions": 0,
    }
    assert [one["rank"] for one in found["agents"]] == [1, 2, 3, 4]


def test_the_quickest_to_respond_comes_first_and_who_never_did_last(caller: APIClient) -> None:
    quick, slow, lucky, silent = (make_user(first_name=name, last_name="") for name in ("Q", "S", "L", "N"))
    for person, minutes, times in ((quick, 5, 10), (slow, 60, 10), (lucky, 1, 1)):
        for _ in range(times):
            at = ago(2)
            lead(
                1,
                assigned_agent=person,
                assigned_at=at,
                first_contact_at=at + timedelta(minutes=minutes),
                disposition=D.CONTACTED,
            )
    lead(1, assigned_agent=silent)
    agents = told(caller, "analytics/agents", metric="response")["agents"]
    assert [(one["name"], one["value"], one["isCertain"]) for one in agents] == [
        ("Q", 5.0, True),
        ("S", 60.0, True),
        ("L", 1.0, False),
        ("N", None, False),
    ]


def test_an_unknown_metric_is_refused_naming_the_known(caller: APIClient) -> None:
    details = refused(caller, "analytics/agents", metric="charm")
    assert "revenue, leads, conversion, response" in details["metric"][0]


def test_publishers_are_the_agencies_that_send_or_sent(caller: APIClient) -> None:
    ours = make_agency(code="OURS", name="Ours", goal=200)
    make_agency(code="SILENT", goal=0)
    closed = make_agency(code="CLOSED", status="closed")
    make_agency(code="GONE", status="closed")
    lead(300, days=0, agency=ours)
    lead(100, days=0, agency=closed)
    lead(100, days=40, agency=ours)
    lead(100, days=40, agency=ours)
    found = told(caller, "analytics/publishers")
    assert [one["vendor_code"] for one in found["publishers"]] == ["OURS", "CLOSED", "SILENT"]
    first, _, last = found["publishers"]
    assert (first["agency"], first["leads"], first["share"], first["change"]) == ("Ours", 1, 75.0, -50.0)
    assert (first["leadsThisMonth"], first["monthlyGoal"], first["goalProgress"]) == (1, 200, 0.5)
    assert (last["leads"], last["cpa"], last["goalProgress"]) == (0, None, None)
    assert found["total"]["revenue"] == 400.0
