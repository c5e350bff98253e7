"""What the rules found, in the admin: the list, one finding, and the leads behind it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.tests.factories import make_agency
from analytics.models import Insight
from analytics.models.insight import Severity
from analytics.services.insights.storing import refresh_insights
from analytics.tests.analysing import ago
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.tests.browsing import browser_as
from crm.core.tests.factories import make_user
from leads.models import Lead
from leads.tests.factories import make_lead, unique_phone

LIST = reverse("admin:analytics_insight_changelist")
LEADS = reverse("admin:leads_lead_changelist")
PAGE_QUERIES = 5  # session, person, the finding, how many leads, the newest of them
LINK = {
    "method": "GET",
    "path": "/api/leads?disposition=New&disposition=Attempting",
    "body": None,
    "admin": None,
}

pytestmark = pytest.mark.django_db


def make_insight(**fields: Any) -> Insight:
    document = {
        "title": "Something stands out",
        "text": "It does.",
        "figures": {"leads": 2, "convertedShare": 1.5, "oldest": "2026-10-05T02:21:27.14Z"},
        "test": {"name": "Fisher", "statistic": None, "p": 0.0001, "n": 40},
        "threshold": {"p": 0.05},
        "link": LINK,
        **fields.pop("document", {}),
    }
    given = {"code": "ageing", "subject": "", "severity": Severity.WARNING, "size": 2, "version": 1, **fields}
    return Insight.objects.create(
        valid_for=given.pop("valid_for", business_day()), document=document, **given
    )


def page_of(insight: Insight) -> str:
    return reverse("admin:analytics_insight_change", args=[insight.pk])


def shown(browser: Client, **query: str) -> list[Insight]:
    page = browser.get(LIST, query)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def test_the_newest_day_first_and_on_it_what_presses_most(manager: Client) -> None:
    old = make_insight(
        valid_for=business_day() - timedelta(days=1), severity=Severity.CRITICAL, is_current=False
    )
    mild, grave = make_insight(subject="a"), make_insight(subject="b", severity=Severity.CRITICAL)
    gone = make_insight(subject="c", severity=Severity.CRITICAL, is_current=False)
    assert shown(manager) == [grave, mild, gone, old]


def test_filters(manager: Client) -> None:
    agency, day = make_agency(), business_day() - timedelta(days=3)
    grave = make_insight(severity=Severity.CRITICAL, subject="x")
    theirs = make_insight(scope=agency.pk, code="goal_pace")
    old = make_insight(valid_for=day, subject="y", is_current=False)
    assert shown(manager, severity__exact="2") == [grave]
    assert shown(manager, agency=agency.pk) == [theirs]
    assert shown(manager, rule="goal_pace") == [theirs]
    assert shown(manager, valid_for_from=str(day), valid_for_to=str(day)) == [old]
    assert shown(manager, is_current__exact="0") == [old]


def test_a_finding_shows_figures_test_and_the_leads_behind_it(manager: Client) -> None:
    make_lead(first_name="Una", disposition="New")
    make_lead(first_name="Dos", disposition="Attempting")
    make_lead(first_name="Tres", disposition="Rejected", disposition_reason="no injury")
    insight = make_insight(document={"figures": {"leads": 2, "parts": [{"agent": "a@x.test", "leads": 2}]}})
    manager.get(page_of(insight))  # Django looks up its content type once
    with CaptureQueriesContext(connection) as queries:
        page = manager.get(page_of(insight))
    said = page.content.decode()
    assert len(queries) == PAGE_QUERIES
    assert page.context["behind"]["number"] == "2"
    assert "Una Ortiz" in said
    assert "Dos Ortiz" in said
    assert "Tres" not in said
    for words in ("Something stands out", "It does.", "Fisher", "a@x.test", "GET /api/leads?"):
        assert words in said, words


def test_what_the_rules_find_leads_to_as_many_leads_as_they_say(manager: Client) -> None:
    agency = make_agency()
    Lead.objects.bulk_create(
        Lead(agency=agency, first_name="Sam", phone=unique_phone(), created_at=ago(3)) for _ in range(40)
    )
    assert refresh_insights()
    for insight in Insight.objects.all():
        page = manager.get(page_of(insight))
        number = insight.document["figures"].get("leads")
        assert page.context["behind"]["number"] == f"{number:,}", insight
        assert manager.get(page.context["all_of_them"]).context["cl"].result_count == number
        parts = page.context["parts"]
        for (_, way), part in zip(
            parts["rows"] if parts else [], insight.document["figures"].get("parts", []), strict=True
        ):
            assert way is not None
            assert manager.get(way[1]).context["cl"].result_count == part["leads"]


def test_figures_have_words_and_units_and_rows_a_table_of_their_own(manager: Client) -> None:
    insight = make_insight(
        document={
            "figures": {
                "rate": 13.0,
                "laterAMonth": 251,
                "measure": "value",
                "value": 1234.5,
                "byDisposition": {"Docs Sent": 40},
                "classes": [{"class": "never", "leads": 7, "rate": 0.0}],
            },
            "threshold": {"bad": 5, "days": {"Attempting": 3, "Contacted": 1}},
        }
    )
    page = manager.get(page_of(insight))
    assert dict(page.context["figures"]) == {
        "Rate": "13 %",
        "Leads reached later, a month": "251",
        "Measure": "value",
        "Value": "$1,234.50",
        "Docs Sent": "40",
    }
    assert dict(page.context["threshold"]) == {
        "Such leads, at least": "5",
        "Attempting": "3 days",
        "Contacted": "1 day",
    }
    ((title, table),) = page.context["tables"]
    assert title == "Classes"
    assert dict(zip(table.headers, table.rows[0], strict=True)) == {
        "Class": "never",
        "Leads": "7",
        "Rate": "0 %",
    }
    assert '<h3 class="crm-apart">Classes</h3>' in page.content.decode()


def test_the_list_of_leads_says_what_it_is_narrowed_by(manager: Client) -> None:
    wanted = make_lead(disposition="New")
    make_lead(disposition="Rejected", disposition_reason="no injury")
    part = {"agent": None, "leads": 1, "link": LINK}
    insight = make_insight(document={"figures": {"leads": 1, "parts": [part]}})
    page = manager.get(page_of(insight))
    for way in (page.context["all_of_them"], page.context["parts"]["rows"][0][1][1]):
        listed = manager.get(way)
        assert [lead.pk for lead in listed.context["cl"].result_list] == [wanted.pk]
        assert page_of(insight) in listed.content.decode()
    assert "Something stands out: Unassigned" in listed.content.decode()
    assert "Something stands out" not in manager.get(LEADS).content.decode()
    assert manager.get(LEADS).context["cl"].result_count == 2


@pytest.mark.parametrize(
    "name",
    [
        "insight",
        "insight.7",
        "insight.01a201b3-a700-7716-a841-c569589cd229",
        "grade.1.2",
        "grade.x",
        f"grade.{10**30}.1",
        "insight.\x00",
        "other.1",
    ],
)
def test_what_is_not_there_chooses_no_leads(manager: Client, name: str) -> None:
    make_lead()
    listed = manager.get(LEADS, {"behind": name})
    assert listed.status_code == 200
    assert listed.context["cl"].result_count == 0
    assert "no longer kept" in listed.content.decode()


@pytest.mark.parametrize("place", ["1", "-1", "x", "9" * 40])
def test_a_part_that_is_not_there_chooses_no_leads(manager: Client, place: str) -> None:
    make_lead()
    insight = make_insight(document={"figures": {"leads": 1, "parts": [{"agent": None, "link": LINK}]}})
    assert manager.get(LEADS, {"behind": f"insight.{insight.pk}.{place}"}).context["cl"].result_count == 0


def test_an_address_of_a_part_never_comes_to_mean_another(manager: Client) -> None:
    first, second = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    parts = []
    for agent in (first, second):
        make_lead(assigned_agent=agent)
        link = {"method": "GET", "path": f"/api/leads?assigned_agent={agent.email}", "body": None}
        parts.append({"agent": agent.email, "leads": 1, "link": link})
    insight = make_insight(document={"figures": {"leads": 2, "parts": parts}})
    way = manager.get(page_of(insight)).context["parts"]["rows"][0][1][1]
    assert [lead.assigned_agent for lead in manager.get(way).context["cl"].result_list] == [first]
    insight.document["figures"]["parts"] = [parts[1], parts[0]]
    insight.save()
    assert [lead.assigned_agent for lead in manager.get(way).context["cl"].result_list] == [first]
    insight.document["figures"]["parts"] = [parts[1]]
    insight.save()
    listed = manager.get(way)
    assert listed.context["cl"].result_count == 0
    assert "no longer kept" in listed.content.decode()


def test_operations_take_all_of_them(manager: Client) -> None:
    for _ in range(3):
        make_lead(disposition="New")
    make_lead(disposition="Rejected", disposition_reason="no injury")
    way = manager.get(page_of(make_insight())).context["all_of_them"]
    chosen = Lead.objects.filter(disposition="New")
    asked = {
        "action": "assign_leads",
        "_selected_action": [str(chosen[0].pk)],
        "select_across": "1",
    }
    page = manager.post(way, asked, follow=True)
    assert page.context["summary"].total == 3


def test_a_link_that_no_longer_fits_says_why(manager: Client) -> None:
    insight = make_insight(document={"link": {**LINK, "path": "/api/leads?vendor_code=GONE"}})
    page = manager.get(page_of(insight))
    assert page.status_code == 200
    assert page.context["behind"]["problem"]


def test_markup_in_a_finding_is_text(manager: Client) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    insight = make_insight(
        document={"title": nasty, "text": nasty, "figures": {nasty: nasty, "parts": [{nasty: nasty}]}}
    )
    for url in (page_of(insight), LIST, reverse("admin:index"), reverse("business")):
        assert "<img src=x" not in manager.get(url).content.decode(), url


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_nobody_changes_what_was_found(role: Role) -> None:
    insight, browser = make_insight(), browser_as(role)
    assert browser.post(page_of(insight), {"severity": "0"}).status_code == 403
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.get(reverse("admin:analytics_insight_delete", args=[insight.pk])).status_code == 403
