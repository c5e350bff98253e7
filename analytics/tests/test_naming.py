"""One thing has one name, wherever it is shown: leads without campaign, agent or state among them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.models import AgencyGrade
from analytics.selectors.agencies.findings import findings_of
from analytics.selectors.naming import NO_AGENT, NO_CAMPAIGN, NO_STATE
from analytics.services.insights.wording import source_name
from analytics.services.reporting.telling import NONE
from analytics.tests.agencies import assessed, outcomes
from analytics.tests.analysing import lead, told
from analytics.wording import facts_of, table_of
from crm.core.choices import Role
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in

Names = dict[str, str]

CAMPAIGNS = {"": NO_CAMPAIGN, "Search": "Search", NO_CAMPAIGN: NO_CAMPAIGN}
"""The last one really calls itself so: it has the name, but not the key."""


@pytest.fixture
def agent() -> User:
    return make_user(first_name="Ann", last_name="Lee", email="ann@example.com")


@pytest.fixture
def agency(agent: User) -> Agency:
    agency = make_agency(code="ACME")
    lead(10, agency=agency, state="NY", campaign_source="Search", assigned_agent=agent)
    lead(20, agency=agency, state="", campaign_source="", assigned_agent=None)
    lead(30, agency=agency, state="", campaign_source=NO_CAMPAIGN, assigned_agent=None)
    return agency


@pytest.fixture
def caller(agency: Agency) -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def names(rows: Any, key: str = "key") -> Names:
    assert len({row[key] for row in rows}) == len(rows)
    return {row[key]: row["name"] for row in rows}


def report(caller: APIClient, table: str) -> Names:
    return names(caller.get("/api/reports/summary").json()[table], "code")


def groups(caller: APIClient, by: str) -> Names:
    return names(told(caller, "analytics/funnel", by=by)["groups"])


@pytest.mark.django_db
def test_a_campaign_has_one_name_in_every_answer(caller: APIClient) -> None:
    breakdown = told(caller, "stats")["cpa"]["breakdown"]
    assert {key: row["name"] for key, row in breakdown.items()} == CAMPAIGNS
    assert groups(caller, "source") == CAMPAIGNS
    assert names(told(caller, "analytics/lead-sources")["sources"], "campaign") == CAMPAIGNS
    assert report(caller, "bySource") == CAMPAIGNS
    stats, agency = (caller.get(f"/api/agencies/ACME{of}").json() for of in ("/stats", ""))
    assert names(stats["campaigns"], "campaign") == CAMPAIGNS
    assert names(agency["performance"]["campaignROI"], "campaign") == CAMPAIGNS
    assert agency["performance"]["topCampaign"] == NO_CAMPAIGN


@pytest.mark.django_db
def test_agents_states_and_agencies_have_one_name_in_every_answer(caller: APIClient, agency: Agency) -> None:
    assert (
        groups(caller, "agent") == report(caller, "byAgent") == {"ann@example.com": "Ann Lee", "": NO_AGENT}
    )
    assert groups(caller, "state") == report(caller, "byState") == {"NY": "New York", "": NO_STATE}
    assert groups(caller, "vendor") == report(caller, "byVendor") == {"ACME": agency.name}
    found = told(caller, "analytics/agents")
    assert [one["name"] for one in (*found["agents"], found["unassigned"])] == ["Ann Lee", NO_AGENT]


@pytest.mark.django_db
def test_the_admin_says_the_same_names(client: Client, agency: Agency) -> None:
    client.force_login(make_user(role=Role.ADMIN))
    business = client.get(reverse("business")).content.decode()
    assert business.count(f'<th scope="row">{NO_CAMPAIGN}</th>') == 2
    assert f'<em class="crm-note">{NO_AGENT}</em>' in business
    panel = client.get(reverse("admin:agencies_agency_change", args=["ACME"])).content.decode()
    assert panel.count(f'<th scope="row">{NO_CAMPAIGN}</th>') == 2
    assert "(none)" not in business + panel
    assert not AgencyGrade.objects.exists()


def test_findings_and_insights_tell_it_by_name_and_keep_the_key() -> None:
    bad = outcomes(leads=412, converted=5, expected=28.0, cost=412 * 40.0, costed=412)
    usual = [assessed(f"USUAL{number}") for number in range(5)]
    stands_out = findings_of([*usual, assessed(campaigns={"": bad, "Search": outcomes()})])["ACME"]
    [found] = [one for one in stands_out if one.code == "campaign_below"]
    assert found.text.startswith(f"{NO_CAMPAIGN} converts worse")
    assert found.advice is not None
    assert found.advice.text.startswith(f"{NO_CAMPAIGN}: at expectation")
    assert found.figures["campaign"] == found.advice.figures["campaign"] == ""
    assert source_name("ACME", "") == f"ACME, {NO_CAMPAIGN}"
    assert facts_of({"campaign": "", "agency": ""}) == [("Campaign", NO_CAMPAIGN), ("Agency", NONE)]
    table = table_of([{"campaign": ""}, {"campaign": None}])
    assert table is not None
    assert table.rows == [(NO_CAMPAIGN,), (NONE,)]
