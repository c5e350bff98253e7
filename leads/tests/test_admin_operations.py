"""Bulk operations in the admin: listed, explained, undone."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.clock import business_day
from crm.core.ids import uuid7
from crm.core.models import User
from crm.core.tests.browsing import browser_as, browser_of
from crm.core.tests.factories import make_user
from leads.choices import AssignmentStrategy, OperationKind, OperationStatus
from leads.models import BulkOperation, Lead
from leads.services.bulk.assigning import bulk_assign
from leads.services.bulk.operations import Selection
from leads.services.bulk.unassigning import bulk_unassign
from leads.services.bulk.undoing import undo_operation
from leads.services.bulk.updating import bulk_update
from leads.services.editing import update_lead
from leads.services.imports.running import run_import
from leads.services.imports.starting import start_import
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

LIST = reverse("admin:leads_bulkoperation_changelist")
LIST_QUERIES = 7  # session, person, estimate, count, page, what became of it, the options of a filter
CHANGES_QUERIES = 6  # session, person, count, page, the leads and the agents of all rows
PAGE_QUERIES = 3  # session, person, operation
SYSTEM = Actor.system("nightly")


@pytest.fixture
def boss() -> User:
    return make_user(role=Role.MANAGER, email="boss@example.com")


@pytest.fixture
def manager(boss: User) -> Client:
    return browser_of(boss)


def page_of(one: BulkOperation) -> str:
    return reverse("admin:leads_bulkoperation_change", args=[one.pk])


def undo_page_of(one: BulkOperation) -> str:
    return reverse("admin:leads_bulkoperation_undo", args=[one.pk])


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def moved(leads: list[Lead], actor: Actor = SYSTEM, **changes: Any) -> BulkOperation:
    selection = Selection.named(lead.pk for lead in leads)
    return bulk_update(selection, changes=changes or {"disposition": "Contacted"}, actor=actor).operation


def listed(client: Client, **params: Any) -> list[BulkOperation]:
    response = client.get(LIST, params)
    assert response.status_code == 200, response
    return list(response.context["cl"].result_list)


def test_the_list_tells_what_was_done_and_what_undid_it(manager: Client, boss: User) -> None:
    leads = [make_lead(), make_lead(disposition="Returned", disposition_reason="bad number")]
    done = moved(leads, boss.actor(Source.ADMIN), disposition="Contacted", priority="high")
    undo = undo_operation(done.pk, actor=SYSTEM)
    assert listed(manager) == [undo, done]
    page = manager.get(LIST).content.decode()
    for text in ("Priority: high, Disposition: Contacted", "boss@example.com", "Undo of: Update", "nightly"):
        assert text in page, text
    assert f'href="{page_of(undo)}">nightly</a>' in page


def test_the_list_is_narrowed(manager: Client, boss: User) -> None:
    by_boss = moved([make_lead()], boss.actor(Source.ADMIN))
    by_program = bulk_unassign(Selection.named([make_lead().pk]), reason="test", actor=SYSTEM).operation
    assert listed(manager, author=boss.pk) == [by_boss]
    assert listed(manager, author="program") == [by_program]
    assert listed(manager, kind__exact="unassign") == [by_program]
    assert listed(manager, created_at_from=business_day()) == [by_program, by_boss]
    assert listed(manager, created_at_to="2020-01-01") == []


def test_a_longer_list_of_bigger_operations_costs_the_same(manager: Client) -> None:
    moved([make_lead()])
    listed(manager)
    for _ in range(3):
        done = moved([make_lead() for _ in range(5)])
        undo_operation(done.pk, actor=SYSTEM)
    with CaptureQueriesContext(connection) as queries:
        manager.get(LIST)
    assert len(queries) == LIST_QUERIES
    read = " ".join(query["sql"] for query in queries if "leads_bulkoperation" in query["sql"])
    assert "author" in read
    assert "lead_ids" not in read
    assert "failures" not in read


def test_the_page_tells_request_counts_and_refusals(manager: Client) -> None:
    ended = make_lead(disposition="Returned", disposition_reason="bad number")
    done = moved([make_lead(), ended], disposition="Contacted")
    response = manager.get(page_of(done))
    text = response.content.decode()
    assert "cannot go from Returned to Contacted" in text
    assert reverse("admin:leads_lead_change", args=[ended.pk]) in text
    assert "Named one by one" in text
    assert undo_page_of(done) in text
    assert f"?q={done.pk}" in text


def test_conditions_that_chose_the_leads_are_told_in_words(manager: Client) -> None:
    tree = {"conditions": [{"field": "state", "operator": "in", "value": ["NY", "NJ"]}]}
    selection = Selection((make_lead().pk,), {"filters": tree})
    done = bulk_update(selection, changes={"priority": "high"}, actor=SYSTEM).operation
    assert manager.get(page_of(done)).context["chosen"] == ["State is one of NY, NJ"]


def test_the_page_counts_what_it_does_not_list(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.admin.records.LISTED", 2)
    done = bulk_update(
        Selection.named(uuid7() for _ in range(5)), changes={"priority": "high"}, actor=SYSTEM
    ).operation
    page = manager.get(page_of(done))
    assert (len(page.context["failures"]), page.context["more_failures"]) == (2, 3)
    assert page.context["reasons"] == [("There is no such lead, or you may not see it.", 5)]
    assert not page.context["can_undo"]  # nothing was changed


def test_a_bigger_operation_costs_its_page_no_more_queries(manager: Client) -> None:
    agent = make_user(role=Role.AGENT)
    selection = Selection.named(make_lead().pk for _ in range(6))
    done = bulk_assign(selection, strategy=AssignmentStrategy.ROUND_ROBIN, actor=SYSTEM).operation
    manager.get(page_of(done))
    with CaptureQueriesContext(connection) as queries:
        page = manager.get(page_of(done)).content.decode()
    assert len(queries) == PAGE_QUERIES
    assert agent.email in page
    assert "all who are present" in page
    assert "Round robin" in page


def test_an_undo_says_first_what_it_will_do(manager: Client) -> None:
    leads = [make_lead() for _ in range(3)]
    done = moved(leads, disposition="Contacted", priority="high")
    update_lead(leads[0].pk, changes={"priority": "urgent"}, actor=SYSTEM)
    update_lead(leads[1].pk, changes={"disposition": "Qualified", "priority": "low"}, actor=SYSTEM)
    page = manager.get(undo_page_of(done))
    text = page.content.decode()
    preview = page.context["preview"]
    assert (preview.changing, preview.staying) == (2, 1)
    assert "2 leads will be as before the operation." in text
    assert "1 lead will stay as it is: changed by others since." in text
    assert Lead.objects.get(pk=leads[2].pk).disposition == "Contacted"

    answer = manager.post(undo_page_of(done), {"reason": "wrong list"})
    undo = BulkOperation.objects.get(kind=OperationKind.UNDO)
    assert answer.headers["Location"] == page_of(undo)
    assert told(answer) == ["2 leads as before."]
    assert (undo.reason, undo.author, undo.changed_count) == ("wrong list", "boss@example.com", 2)
    assert preview.fields_left == len(undo.report["left"])
    text = manager.get(page_of(undo)).content.decode()
    for told_there in (
        "What was left alone",
        "urgent",
        "Qualified",
        "changed since by nightly",
        "What it undid",
    ):
        assert told_there in text, told_there


@pytest.mark.parametrize("reason", [{"is_active": False}, {"max_capacity": 0}])
def test_an_undo_says_first_which_agent_cannot_have_the_leads_again(
    manager: Client, reason: dict[str, Any]
) -> None:
    agent = make_user(role=Role.AGENT, email="anna@example.com", max_capacity=5)
    leads = [make_lead(assigned_agent=agent) for _ in range(2)]
    selection = Selection.named(lead.pk for lead in leads)
    done = bulk_unassign(selection, reason="leaves", actor=SYSTEM).operation
    assert "cannot go back" not in manager.get(undo_page_of(done)).content.decode()
    User.objects.filter(pk=agent.pk).update(**reason)
    page = manager.get(undo_page_of(done))
    assert "2 leads cannot go back to anna@example.com" in page.content.decode()
    assert (page.context["preview"].changing, page.context["preview"].staying) == (0, 2)
    assert undo_operation(done.pk, actor=SYSTEM).changed_count == 0  # as it was said


def test_what_was_undone_already_leads_to_its_undo(manager: Client) -> None:
    done = moved([make_lead()])
    undo = undo_operation(done.pk, actor=SYSTEM)
    assert undo_page_of(done) not in manager.get(page_of(done)).content.decode()
    for answer in (manager.get(undo_page_of(done)), manager.post(undo_page_of(done), {"reason": "again"})):
        assert answer.headers["Location"] == page_of(done)
        assert str(undo.pk) in told(answer)[0]
    assert BulkOperation.objects.count() == 2


def test_an_undo_is_undone_like_any_other(manager: Client) -> None:
    lead = make_lead()
    undo = undo_operation(moved([lead]).pk, actor=SYSTEM)
    manager.post(undo_page_of(undo), {"reason": ""})
    lead.refresh_from_db()
    assert lead.disposition == "Contacted"


def test_what_stands_again_says_so_and_leads_to_what_may_be_undone_now(manager: Client, boss: User) -> None:
    lead = make_lead()
    done = moved([lead])
    undo = undo_operation(done.pk, actor=SYSTEM)
    redo = undo_operation(undo.pk, actor=boss.actor(Source.ADMIN))
    page = manager.get(page_of(done)).content.decode()
    assert "Undone by" not in page
    assert "Stands again: its undo was undone by boss@example.com" in page
    assert undo_page_of(redo) in page
    assert f'href="{page_of(redo)}">stands again</a>' in manager.get(LIST).content.decode()
    assert "Undone by boss@example.com" in manager.get(page_of(undo)).content.decode()
    last = undo_operation(redo.pk, actor=SYSTEM)
    page = manager.get(page_of(done)).content.decode()
    assert "Undone by nightly" in page
    assert page_of(last) in page
    lead.refresh_from_db()
    assert lead.disposition == "New"


def test_an_import_leads_to_its_operation_and_its_undo(manager: Client, boss: User) -> None:
    rows = b"First Name,Last Name,Phone,State\nAnn,Lee,(312) 555-0147,IL\nBob,Ray,(312) 555-0148,IL\n"
    file = SimpleUploadedFile("march.csv", rows, content_type="text/csv")
    actor = boss.actor(Source.ADMIN)
    one = start_import(file, filename="march.csv", agency_code=make_agency().pk, actor=actor)
    operation = BulkOperation.objects.get(pk=one.pk)
    assert "http-equiv" in manager.get(page_of(operation)).content.decode()  # it runs: the page follows it
    run_import(one.pk)
    assert (
        page_of(operation)
        in manager.get(reverse("admin:leads_leadimport_change", args=[one.pk])).content.decode()
    )
    assert "march.csv" in manager.get(page_of(operation)).content.decode()
    assert (
        "2 leads that it made, and nobody touched since, will be deleted."
        in manager.get(undo_page_of(operation)).content.decode()
    )
    manager.post(undo_page_of(operation), {"reason": "wrong file"})
    assert not Lead.objects.exists()


def test_a_leads_history_leads_to_its_operations(manager: Client) -> None:
    lead = make_lead()
    done = moved([lead])
    assert page_of(done) in manager.get(reverse("admin:leads_lead_change", args=[lead.pk])).content.decode()


def test_the_changes_of_an_operation_are_found_by_its_id_and_name_agents(manager: Client) -> None:
    agent = make_user(role=Role.AGENT, email="anna@example.com")
    leads = [make_lead() for _ in range(3)]
    selection = Selection.named(lead.pk for lead in leads)
    make_lead()
    done = bulk_assign(selection, strategy=AssignmentStrategy.ROUND_ROBIN, actor=SYSTEM).operation
    changes = reverse("admin:leads_leadchange_changelist")
    with CaptureQueriesContext(connection) as queries:
        page = manager.get(changes, {"q": str(done.pk)})
    assert len(queries) == CHANGES_QUERIES
    assert f"{leads[0]}</a>" in page.content.decode()
    assert "Assigned in bulk" in page.content.decode()
    assert "bulk_assigned" not in page.content.decode()
    shown = list(page.context["cl"].result_list)
    assert {change.lead_id for change in shown} == {lead.pk for lead in leads}
    assert f"assigned agent: empty → {agent.email}" in page.content.decode()
    detail = manager.get(reverse("admin:leads_leadchange_change", args=[shown[0].pk])).content.decode()
    assert f"assigned agent: empty → {agent.email}" in detail
    assert page_of(done) in detail


def test_a_change_of_a_lead_that_is_gone_is_still_told(manager: Client) -> None:
    lead = make_lead()
    Lead.objects.filter(pk=lead.pk).delete()
    page = manager.get(reverse("admin:leads_leadchange_changelist"), {"q": str(lead.pk)}).content.decode()
    assert f"{str(lead.pk)[-12:]} (deleted)" in page


def test_an_operation_has_a_title_that_reads_well() -> None:
    one = BulkOperation(kind=OperationKind.HANDOVER, requested_count=27, author="boss@example.com")
    assert str(one) == "Handover of an agent's leads: 27 leads, by boss@example.com"
    assert str(moved([make_lead()])) == "Update: 1 lead, by nightly"


def test_a_failed_operation_says_why(manager: Client) -> None:
    one = BulkOperation.objects.create(
        kind=OperationKind.IMPORT,
        status=OperationStatus.FAILED,
        author="boss@example.com",
        source=Source.IMPORT,
        report={"error": "The file ended in the middle."},
    )
    assert "The file ended in the middle." in manager.get(page_of(one)).content.decode()


def test_agents_stay_outside() -> None:
    done = moved([make_lead()])
    for url in (LIST, page_of(done), undo_page_of(done)):
        assert browser_as(Role.AGENT).get(url).status_code == 302
