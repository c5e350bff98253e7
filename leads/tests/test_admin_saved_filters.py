"""Saved filters in the admin: kept, read, used on the list of leads."""

import json
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.core.choices import Role, Source
from crm.core.models import User
from crm.core.tests.browsing import browser_as, browser_of
from crm.core.tests.factories import make_user
from leads.models import SavedFilter
from leads.services.saved_filters import save_filter
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

LEADS = reverse("admin:leads_lead_changelist")
LIST = reverse("admin:leads_savedfilter_changelist")
ADD = reverse("admin:leads_savedfilter_add")
TREE = {
    "logic": "AND",
    "conditions": [
        {"field": "state", "operator": "in", "value": ["NY", "NJ"]},
        {
            "logic": "OR",
            "conditions": [
                {"field": "quality_score", "operator": "greater_or_equal", "value": 8},
                {"field": "notes", "operator": "is_empty"},
            ],
        },
    ],
}


@pytest.fixture
def boss() -> User:
    return make_user(role=Role.MANAGER)


@pytest.fixture
def manager(boss: User) -> Client:
    return browser_of(boss)


def saved_by(person: User, filters: Any = None, **fields: Any) -> SavedFilter:
    given = {"name": "Hot leads", "filters": filters or {"state": "NY"}, **fields}
    return save_filter(actor=person.actor(Source.ADMIN), **given)


def page_of(saved: SavedFilter) -> str:
    return reverse("admin:leads_savedfilter_change", args=[saved.pk])


def listed(client: Client, saved: SavedFilter, **params: Any) -> Any:
    return client.get(LEADS, {"saved_filter": saved.pk, **params})


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_list_of_leads_is_narrowed_by_a_saved_filter(manager: Client, boss: User) -> None:
    wanted = make_lead(state="NY", priority="high")
    make_lead(state="NY")
    make_lead(state="TX", priority="high")
    page = listed(manager, saved_by(boss), priority__exact="high")
    assert list(page.context["cl"].result_list) == [wanted]
    assert boss.saved_filters.get().uses.get().user == boss


def test_own_and_public_ones_are_offered(manager: Client, boss: User) -> None:
    saved_by(boss, name="Mine")
    colleague = make_user(role=Role.MANAGER)
    saved_by(colleague, name="For all", is_public=True)
    private = saved_by(colleague, name="Not for you")
    make_lead(state="TX")
    page = manager.get(LEADS).content.decode()
    assert "Mine" in page
    assert "For all" in page
    assert "Not for you" not in page
    assert listed(manager, private).context["cl"].result_count == 0


@pytest.mark.parametrize("value", ["00000000-0000-0000-0000-000000000000", "nonsense", "\0"])
@pytest.mark.parametrize("others", [0, 1])
def test_one_that_is_not_there_chooses_nothing_and_says_so(
    manager: Client, boss: User, value: str, others: int
) -> None:
    make_lead(state="NY")
    for _ in range(others):
        saved_by(boss)
    page = manager.get(LEADS, {"saved_filter": value})
    assert page.context["cl"].result_count == 0
    assert "was deleted, or you may not see it" in page.content.decode()
    assert manager.get(LEADS, {"saved_filter": ""}).context["cl"].result_count == 1


def test_the_list_of_leads_names_the_filter_that_chose_them(manager: Client, boss: User) -> None:
    make_lead(state="NY")
    saved = saved_by(boss)
    page = listed(manager, saved, state="NY").content.decode()
    assert f'Chosen by the saved filter <a class="crm-link" href="{page_of(saved)}">Hot leads</a>' in page
    assert 'href="?state=NY">without it</a>' in page
    assert "Chosen by" not in manager.get(LEADS).content.decode()


def test_a_filter_leads_to_its_leads(manager: Client, boss: User) -> None:
    saved = saved_by(boss)
    link = f'href="{LEADS}?saved_filter={saved.pk}"'
    assert link in manager.get(page_of(saved)).content.decode()
    assert link in manager.get(LIST).content.decode()
    SavedFilter.objects.filter(pk=saved.pk).update(filters={"hat_size": "7"})
    assert link not in manager.get(LIST).content.decode()


def test_a_new_one_begins_with_no_conditions(manager: Client) -> None:
    field = manager.get(ADD).context["adminform"].form["filters"]
    assert field.value() == "{}"


def test_one_that_no_longer_fits_chooses_nothing_and_says_so(manager: Client, boss: User) -> None:
    make_lead(state="NY")
    saved = saved_by(boss)
    SavedFilter.objects.filter(pk=saved.pk).update(filters={"hat_size": "7"})
    page = listed(manager, saved)
    assert page.context["cl"].result_count == 0
    assert "no longer fits" in page.content.decode()
    text = manager.get(page_of(saved)).content.decode()
    assert "chooses nothing until it is changed" in text
    assert "hat_size" in text


def test_conditions_are_told_in_words(manager: Client, boss: User) -> None:
    saved = saved_by(boss, filters=TREE)
    told = manager.get(page_of(saved)).context["conditions"]
    assert told == [
        "All of:",
        "\N{EM SPACE}State is one of NY, NJ",
        "\N{EM SPACE}Any of:",
        "\N{EM SPACE}\N{EM SPACE}Quality score is at least 8",
        "\N{EM SPACE}\N{EM SPACE}Notes is empty",
    ]
    assert "State is one of NY, NJ" in manager.get(LIST).content.decode()


def test_a_longer_list_costs_no_more_queries(manager: Client, boss: User) -> None:
    saved_by(boss, filters={"assigned_agent": boss.email})
    with CaptureQueriesContext(connection) as few:
        manager.get(LIST)
    for number in range(4):
        agent = make_user(role=Role.AGENT)
        saved_by(boss, name=f"Filter {number}", filters={"assigned_agent": agent.email})
    with CaptureQueriesContext(connection) as more:
        manager.get(LIST)
    assert len(more) == len(few)


def test_a_filter_is_made_changed_and_deleted_through_the_service(manager: Client, boss: User) -> None:
    sent = {"name": "New York", "description": "", "filters": json.dumps({"state": "NY"}), "is_public": "on"}
    assert manager.post(ADD, sent).status_code == 302
    saved = SavedFilter.objects.get()
    assert (saved.owner, saved.filters, saved.is_public) == (boss, {"state": "NY"}, True)
    assert manager.post(page_of(saved), {**sent, "name": "The City"}).status_code == 302
    saved.refresh_from_db()
    assert saved.name == "The City"
    manager.post(reverse("admin:leads_savedfilter_delete", args=[saved.pk]), {"post": "yes"})
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"hat_size": "7"}, "filters.hat_size"),
        ({"conditions": [{"field": "hat", "operator": "equals", "value": 1}]}, "filters.conditions[0].field"),
        ({"conditions": []}, "name at least one condition"),
        ({"query": ""}, "filters.query: Is empty"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(manager: Client, filters: Any, told: str) -> None:
    page = manager.post(ADD, {"name": "Wrong", "description": "", "filters": json.dumps(filters)})
    assert told in str(page.context["adminform"].form.errors["filters"])
    assert not SavedFilter.objects.exists()


def test_a_name_is_taken_once(manager: Client, boss: User) -> None:
    saved_by(boss)
    page = manager.post(ADD, {"name": "Hot leads", "description": "", "filters": '{"state": "TX"}'})
    assert "name" in page.context["adminform"].form.errors


def test_only_the_owner_or_an_admin_changes_a_public_one(manager: Client) -> None:
    saved = saved_by(make_user(role=Role.MANAGER), is_public=True)
    sent = {"name": "Mine now", "description": "", "filters": '{"state": "TX"}'}
    assert manager.get(page_of(saved)).status_code == 200
    assert manager.post(page_of(saved), sent).status_code == 403
    assert browser_as(Role.ADMIN).post(page_of(saved), sent).status_code == 302
    saved.refresh_from_db()
    assert saved.name == "Mine now"
