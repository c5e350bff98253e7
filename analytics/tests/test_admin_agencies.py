"""An agency's page in the admin: how it does, why it has its grade, what to do about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.admin.agencies import PARTS
from analytics.models import AgencyGrade
from analytics.selectors.agencies.grading import WEIGHTS
from analytics.services.grading import grade_agencies
from analytics.tests.agencies import send
from crm.core.choices import Role
from crm.core.tests.browsing import browser_as

LIST = reverse("admin:agencies_agency_changelist")
PANEL = 3  # statements: campaigns, days, grade

pytestmark = pytest.mark.django_db


def page_of(agency: Agency) -> str:
    return reverse("admin:agencies_agency_change", args=[agency.pk])


@pytest.fixture
def graded() -> Agency:
    """An agency with a bad campaign beside a good one, and another one to compare with."""
    agency, other = make_agency(code="ACME", name="Acme Leads", goal=300), make_agency(code="OTHER")
    now = timezone.now()
    closed: dict[str, Any] = {
        "disposition": "Retained for Firm",
        "closed_date": now - timedelta(days=40),
        "lead_value": 2_000,
    }
    send(agency, 300, now=now, campaign_source="Junk")
    send(agency, 100, now=now, campaign_source="Good")
    send(agency, 40, now=now, campaign_source="Good", **closed)
    send(other, 300, now=now)
    send(other, 30, now=now, **closed)
    grade_agencies()
    return agency


def test_the_panel_shows_performance_grade_campaigns_and_advice(graded: Agency, manager: Client) -> None:
    page = manager.get(page_of(graded))
    said = page.content.decode()
    performance = page.context["performance"]
    assert performance.figures.leads == 440
    assert f"${performance.figures.revenue:,.2f}" in said
    for part in page.context["judgement"]["parts"]:
        assert PARTS[part["name"]][0] in said
    for word in ("Junk", "Good", "Opportunities", "Recommendations", "certainty"):
        assert word in said, word
    assert manager.get(page.context["its_leads"]).context["cl"].result_count == 440


def test_findings_lead_to_their_leads(graded: Agency, manager: Client) -> None:
    page = manager.get(page_of(graded))
    found = [one for kind in ("strengths", "opportunities") for one in page.context[kind] if one["link"]]
    assert found
    for one in found:
        listed = manager.get(one["way"])
        assert {lead.agency_id for lead in listed.context["cl"].result_list} == {graded.pk}
        assert page_of(graded) in listed.content.decode()
        assert listed.context["cl"].result_count == one["figures"]["leads"]
    assert len({one["way"] for one in found}) == len(found)


def test_an_address_of_a_finding_never_comes_to_mean_another(graded: Agency, manager: Client) -> None:
    page = manager.get(page_of(graded))
    found = [one for kind in ("strengths", "opportunities") for one in page.context[kind] if one["link"]]
    grade = AgencyGrade.objects.get(agency=graded)
    assert len(grade.document["findings"]) > 1
    grade.document["findings"].reverse()
    grade.save()
    for one in found:
        assert manager.get(one["way"]).context["cl"].result_count == one["figures"]["leads"]
    grade.document["findings"].clear()
    grade.save()
    assert "no longer kept" in manager.get(found[0]["way"]).content.decode()


def test_every_part_of_a_grade_has_its_words() -> None:
    assert set(PARTS) == set(WEIGHTS)


def test_the_page_and_the_business_page_have_the_same_grade(graded: Agency, manager: Client) -> None:
    row = next(
        row
        for row in manager.get(reverse("business"), {"period": "quarter"}).context["found"].agencies
        if row.publisher.agency.pk == graded.pk
    )
    page = manager.get(page_of(graded)).context["performance"]
    assert row.graded == page.graded
    assert row.publisher.figures == page.figures
    listed = manager.get(LIST).context["cl"].result_list
    assert {one.pk: one.graded for one in listed}["ACME"] == page.graded


def test_the_list_asks_once_for_all_grades(manager: Client) -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            make_agency()
        with CaptureQueriesContext(connection) as queries:
            manager.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_panel_takes_three_statements(graded: Agency, manager: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        manager.get(page_of(graded))
    of_numbers = [one["sql"] for one in queries if "analytics_" in one["sql"]]
    assert len(of_numbers) == PANEL, of_numbers


def test_a_new_agency_has_nothing_to_show_and_says_so(manager: Client) -> None:
    said = manager.get(page_of(make_agency())).content.decode()
    assert "No leads in these days." in said
    assert "Not graded yet" in said


def test_few_leads_say_why_there_is_no_grade(manager: Client) -> None:
    agency = make_agency()
    send(agency, 3, now=timezone.now())
    grade_agencies()
    assert "a grade needs 30" in manager.get(page_of(agency)).content.decode()
    assert "too few leads" in manager.get(LIST).content.decode()


def test_campaigns_with_markup_are_text(manager: Client) -> None:
    agency = make_agency()
    send(agency, 40, now=timezone.now(), campaign_source="<img src=x>")
    grade_agencies()
    said = manager.get(page_of(agency)).content.decode()
    assert "<img src=x>" not in said
    assert "&lt;img src=x&gt;" in said


def test_the_form_still_saves_and_a_new_agency_can_be_added(admin: Client) -> None:
    assert admin.get(reverse("admin:agencies_agency_add")).status_code == 200
    agency = make_agency(name="Before")
    page = admin.get(page_of(agency))
    form = page.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields} | {"name": "After"}
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        sent |= {management.add_prefix(name): management[name].value() for name in management.fields}
    assert admin.post(page_of(agency), sent).status_code == 302
    agency.refresh_from_db()
    assert agency.name == "After"


def test_agents_see_nothing(graded: Agency) -> None:
    assert browser_as(Role.AGENT).get(page_of(graded)).status_code == 302
