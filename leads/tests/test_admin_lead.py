"""A lead's page: facts changed through the services, what happened and why beside them."""

import math
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.models import User
from crm.core.tests.browsing import browser_as, browser_of
from crm.core.tests.factories import make_user
from leads.models import Comment, Lead, LeadChange
from leads.services.comments import add_comment
from leads.services.editing import update_lead
from leads.services.intake import receive_lead
from leads.tests.factories import make_lead, posted

PAGE_QUERIES = 9  # session, person, lead, agency, agent, history, decisions, comments, agencies' choices

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return make_user(role=Role.MANAGER)


@pytest.fixture
def manager(boss: User) -> Client:
    return browser_of(boss)


def page_of(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What the page's form would send if it were saved as it is."""
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def received(**fields: Any) -> Lead:
    return receive_lead(posted(vendor_code=make_agency().pk, **fields), actor=Actor.system("test"))


def test_a_changed_field_goes_through_the_service(manager: Client, boss: User) -> None:
    lead = received()
    answer = manager.post(
        page_of(lead), {**form_of(manager, page_of(lead)), "city": "Chicago", "tags": "vip, spanish"}
    )
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert (lead.city, lead.tags) == ("Chicago", ["vip", "spanish"])
    change = LeadChange.objects.filter(lead_id=lead.pk).first()
    assert change is not None
    assert (change.actor, change.source, set(change.changes)) == (boss.email, Source.ADMIN, {"city", "tags"})


def test_what_was_not_changed_is_not_written(manager: Client) -> None:
    lead = received()
    changes = LeadChange.objects.count()
    assert manager.post(page_of(lead), form_of(manager, page_of(lead))).status_code == 302
    assert LeadChange.objects.count() == changes


def test_a_field_can_be_emptied(manager: Client) -> None:
    lead = received(city="Chicago", date_of_birth="1980-02-03", tags=["vip"])
    emptied = {**form_of(manager, page_of(lead)), "city": "", "date_of_birth": "", "tags": ""}
    assert manager.post(page_of(lead), emptied).status_code == 302
    lead.refresh_from_db()
    assert (lead.city, lead.date_of_birth, lead.tags) == ("", None, [])


def test_a_fact_changed_decides_the_deadline_anew(manager: Client) -> None:
    lead = received(accident_state="IL")
    manager.post(page_of(lead), {**form_of(manager, page_of(lead)), "accident_state": "TN"})
    before = lead.filing_deadline
    lead.refresh_from_db()
    assert before is not None
    assert lead.filing_deadline is not None
    assert lead.filing_deadline < before


def test_a_refusal_stands_at_its_field_and_nothing_is_saved(manager: Client) -> None:
    lead = received()
    answer = manager.post(
        page_of(lead), {**form_of(manager, page_of(lead)), "phone": "12", "city": "Chicago"}
    )
    assert answer.status_code == 200
    assert "phone" in answer.context["adminform"].form.errors
    lead.refresh_from_db()
    assert lead.city == ""


def test_nobody_overwrites_what_they_have_not_seen(manager: Client) -> None:
    lead = received()
    opened = form_of(manager, page_of(lead))
    update_lead(lead.pk, changes={"city": "Peoria"}, actor=Actor.system("somebody else"))
    answer = manager.post(page_of(lead), {**opened, "city": "Chicago"})
    assert "changed while you were editing" in answer.content.decode()
    lead.refresh_from_db()
    assert lead.city == "Peoria"


def test_a_lead_is_added_through_intake(manager: Client) -> None:
    url, agency = reverse("admin:leads_lead_add"), make_agency()
    agent = make_user(role=Role.AGENT)
    sent = {**form_of(manager, url), **posted(), "agency": agency.pk}
    assert manager.post(url, sent).status_code == 302
    lead = Lead.objects.get()
    assert (lead.agency, lead.assigned_agent) == (agency, agent)
    assert lead.filing_deadline is not None


def test_a_person_known_already_is_refused_with_the_way_to_their_lead(manager: Client) -> None:
    known, url = received(email="same@example.com"), reverse("admin:leads_lead_add")
    sent = {**form_of(manager, url), **posted(email="same@example.com"), "agency": make_agency().pk}
    answer = manager.post(url, sent)
    assert f'href="{page_of(known)}"' in answer.content.decode()
    assert Lead.objects.count() == 1


def test_the_page_says_why_and_what_happened(manager: Client) -> None:
    make_user(role=Role.AGENT, email="taker@example.com")
    lead = received()
    update_lead(lead.pk, changes={"disposition": "Contacted"}, actor=Actor.system("a colleague"))
    text = re.sub(r"\s+", " ", manager.get(page_of(lead)).content.decode())
    for told in (
        "Not at fault",
        "Suit: 2 years",
        "not legal advice",
        "taker@example.com",
        "Unique",
        "a colleague",
        "Contacted",
    ):
        assert told in text, told


def test_base_and_effects_add_up_to_the_score(manager: Client) -> None:
    lead = received(injury_description="broken arm", police_report="yes")
    explained = manager.get(page_of(lead)).context["explained"]
    total = Decimal(explained["base"]) + sum(Decimal(factor["effect"]) for factor in explained["factors"])
    assert len(explained["factors"]) > 2
    assert total == Decimal(explained["total"])
    assert min(max(math.floor(total + Decimal("0.5")), 1), 10) == explained["score"]["value"]
    text = re.sub(r"\s+", " ", manager.get(page_of(lead)).content.decode())
    assert re.search(rf"Base</th>.*?>{re.escape(explained['base'])}</td>", text)
    assert re.search(rf"Sum</th>.*?>{re.escape(explained['total'])}</td>", text)


def test_a_lead_without_any_record_has_a_page_too(manager: Client) -> None:
    assert "No score was recorded" in manager.get(page_of(make_lead())).content.decode()


def test_an_unknown_lead_leads_back_to_the_list(manager: Client) -> None:
    assert manager.get("/admin/leads/lead/00000000-0000-0000-0000-000000000000/change/").status_code == 302
    assert manager.get("/admin/leads/lead/nonsense/change/").status_code == 302


def test_a_longer_life_costs_no_more_queries(manager: Client, boss: User) -> None:
    lead = received()
    manager.get(page_of(lead))
    for number in range(4):
        update_lead(lead.pk, changes={"city": f"City {'abcd'[number]}"}, actor=Actor.system("test"))
        add_comment(lead.pk, comment="called", actor=boss.actor(Source.ADMIN))
    with CaptureQueriesContext(connection) as queries:
        manager.get(page_of(lead))
    assert len(queries) <= PAGE_QUERIES


def test_a_comment_names_colleagues(manager: Client) -> None:
    lead, colleague = make_lead(), make_user(role=Role.AGENT)
    manager.post(
        reverse("admin:leads_lead_comment", args=[lead.pk]), {"comment": f"@{colleague.email} please call"}
    )
    assert Comment.objects.get().mentions == [colleague.email]
    assert "please call" in manager.get(page_of(lead)).content.decode()


def test_a_comment_for_a_stranger_is_refused(manager: Client) -> None:
    lead = make_lead()
    url = reverse("admin:leads_lead_comment", args=[lead.pk])
    answer = manager.post(url, {"comment": "@stranger@example.com look"}, follow=True)
    assert "unknown people" in answer.content.decode()
    assert not Comment.objects.exists()


def test_only_admins_delete_and_the_history_stays(manager: Client) -> None:
    lead = make_lead()
    url = reverse("admin:leads_lead_delete", args=[lead.pk])
    assert manager.post(url, {"post": "yes"}).status_code == 403
    chief = browser_as(Role.ADMIN)
    assert chief.post(url, {"post": "yes"}).status_code == 302
    assert not Lead.objects.exists()
    assert LeadChange.objects.filter(lead_id=lead.pk, action="deleted").exists()
    assert (
        chief.get(reverse("admin:leads_leadchange_changelist"), {"q": str(lead.pk)})
        .context["cl"]
        .result_count
        == 2
    )
