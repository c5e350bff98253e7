"""Bulk operations over HTTP: seen by those who may, filtered, paged, undone once."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.choices import Role, Source
from crm.core.ids import uuid7
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.api.operations import views
from leads.choices import OperationStatus
from leads.models import BulkOperation, Lead
from leads.tests.factories import make_lead
from leads.tests.import_files import csv_file, imported, people, queued
from leads.tests.undoing import operate, sign_off

pytestmark = pytest.mark.django_db

URL = "/api/bulk-operations"


@pytest.fixture
def manager() -> User:
    return make_user(role=Role.MANAGER, email="mia@example.com")


@pytest.fixture
def client(manager: User) -> APIClient:
    return signed_in(manager)


def undo(client: APIClient, operation: BulkOperation, **body: Any) -> Any:
    answer = client.post(f"{URL}/{operation.pk}/undo", body, format="json")
    sign_off()
    return answer


def ids_of(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [one["operation_id"] for one in answer.json()["data"]]


def test_an_undo_tells_what_went_back_and_what_was_left(client: APIClient, manager: User) -> None:
    lead = make_lead(city="Peoria", priority="low")
    operation = operate([lead], actor=manager.actor(Source.API), city="Joliet", priority="high")
    Lead.objects.filter(pk=lead.pk).update(city="Alton")
    answer = undo(client, operation, reason="wrong list")
    assert answer.status_code == 200
    done = answer.json()
    assert (done["kind"], done["status"], done["progress"]) == ("undo", "completed", 100.0)
    assert (done["undoes"], done["can_undo"], done["reason"]) == (str(operation.pk), True, "wrong list")
    assert done["report"]["restored"] == {"priority": 1}
    [left] = done["report"]["left"]
    assert (left["field"], left["ours"], left["now"]) == ("city", "Joliet", "Alton")

    told = client.get(f"{URL}/{operation.pk}").json()
    assert (told["undone_by"], told["can_undo"]) == (done["operation_id"], False)
    assert (told["author"], told["changed_count"], told["failed_count"]) == ("mia@example.com", 1, 0)
    history = client.get(f"/api/leads/{lead.pk}/history").json()["data"][0]
    assert (history["action"], history["operation"], history["reason"]) == (
        "undone", done["operation_id"], "wrong list",
    )  # fmt: skip


def test_undone_already_is_a_conflict_that_names_the_undo(client: APIClient) -> None:
    operation = operate([make_lead()], city="Joliet")
    first = undo(client, operation).json()["operation_id"]
    answer = undo(client, operation)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer.json()["details"] == {"undone_by": first}
    assert "undo that one to bring it back" in answer.json()["error"]


def test_a_repetition_with_the_same_key_undoes_once(client: APIClient) -> None:
    operation = operate([make_lead()], city="Joliet")
    address = f"{URL}/{operation.pk}/undo"
    answers = [client.post(address, {}, format="json", HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert BulkOperation.objects.filter(kind="undo").count() == 1


def test_a_running_operation_is_not_undone(client: APIClient) -> None:
    operation = operate([make_lead()], city="Joliet")
    BulkOperation.objects.filter(pk=operation.pk).update(status=OperationStatus.RUNNING)
    assert client.get(f"{URL}/{operation.pk}").json()["can_undo"] is False
    assert undo(client, operation).status_code == 409


def test_an_unknown_operation_and_an_unknown_field(client: APIClient) -> None:
    assert client.post(f"{URL}/{uuid7()}/undo", {}, format="json").status_code == 404
    operation = operate([make_lead()], city="Joliet")
    answer = undo(client, operation, reasons="?")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["reasons"])


def test_the_list_is_narrowed_and_paged(client: APIClient, manager: User) -> None:
    lead = make_lead()
    one, two, three = (operate([lead], actor=manager.actor(Source.API), city=city) for city in "ABC")
    other = operate([lead], city="D")
    undone = undo(client, two).json()["operation_id"]
    assert ids_of(client.get(URL)) == [undone, *(str(each.pk) for each in (other, three, two, one))]
    assert ids_of(client.get(f"{URL}?kind=undo")) == [undone]
    assert ids_of(client.get(f"{URL}?author=tests")) == [str(other.pk)]
    assert ids_of(client.get(f"{URL}?status=running")) == []
    page = client.get(f"{URL}?limit=2").json()
    assert page["pagination"]["total"] == 5
    rest = client.get(f"{URL}?limit=200&cursor={page['pagination']['cursor']}")
    assert ids_of(rest) == [str(each.pk) for each in (three, two, one)]
    assert client.get(f"{URL}?kind=all").status_code == 400
    assert client.get(f"{URL}?colour=red").status_code == 400


def test_the_list_reads_nothing_long_and_nothing_twice(
    client: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lead = make_lead()
    for city in "ABCDE":
        undo(client, operate([lead], city=city))
    client.get(URL)
    with django_assert_num_queries(2) as queries:  # how many, which
        client.get(URL)
    assert "lead_ids" not in queries.captured_queries[-1]["sql"]


def test_an_agent_sees_and_undoes_their_own() -> None:
    agent = make_user(max_capacity=5)
    lead = make_lead(assigned_agent=agent, city="Peoria")
    own, foreign = (
        operate([lead], actor=agent.actor(Source.API), city="Joliet"),
        operate([lead], priority="high"),
    )
    client = signed_in(agent)
    assert ids_of(client.get(URL)) == [str(own.pk)]
    assert client.get(f"{URL}/{foreign.pk}").status_code == 404
    assert undo(client, foreign).status_code == 404
    assert undo(client, own).status_code == 200
    lead.refresh_from_db()
    assert lead.city == "Peoria"


def test_a_vendor_sees_its_import_and_managers_undo_it(client: APIClient) -> None:
    make_agency(code="OURS")
    vendor = make_user(role=Role.VENDOR, vendor_code="OURS")
    one = imported(csv_file(people(3)), agency_code="OURS", actor=vendor.actor(Source.API))
    operation = BulkOperation.objects.get(pk=one.pk)
    [shown] = signed_in(vendor).get(URL).json()["data"]
    assert (shown["kind"], shown["changed_count"], shown["can_undo"]) == ("import", 3, False)
    assert undo(signed_in(vendor), operation).status_code == 403
    done = undo(client, operation).json()
    assert (done["changed_count"], done["report"]["deleted"]) == (3, 3)
    assert ids_of(signed_in(vendor).get(URL)) == [str(operation.pk)]


@pytest.mark.parametrize("role", [Role.VENDOR, Role.AGENT])
def test_who_is_no_manager_any_more_reads_no_more_what_managers_read(role: Role) -> None:
    make_agency(code="OURS")
    person = make_user(role=Role.MANAGER)
    lead, agent = make_lead(), make_user(max_capacity=5, email="kim@example.com")
    manager = signed_in(person)
    answer = manager.post(
        "/api/leads/bulk-assign",
        {"assignment_strategy": "round_robin", "lead_ids": [str(lead.pk)]},
        format="json",
    )
    sign_off()
    operation = BulkOperation.objects.get(pk=answer.json()["operation_id"])
    assert agent.email in str(operation.report)
    undone = undo(manager, operation).json()["operation_id"]
    imported(csv_file(people(1)), actor=person.actor(Source.API))  # for another agency
    User.objects.filter(pk=person.pk).update(role=role, vendor_code="OURS" if role == Role.VENDOR else "")
    person.refresh_from_db()
    client = signed_in(person)
    assert ids_of(client.get(URL)) == []
    for hidden in (operation.pk, undone):
        assert client.get(f"{URL}/{hidden}").status_code == 404
        assert client.post(f"{URL}/{hidden}/undo", {}, format="json").status_code in {403, 404}


def test_an_agent_sees_the_undo_of_the_own_update_and_takes_it_back() -> None:
    agent = make_user(max_capacity=5)
    own = operate([make_lead(assigned_agent=agent)], actor=agent.actor(Source.API), city="Joliet")
    client = signed_in(agent)
    first = undo(client, own).json()["operation_id"]
    assert ids_of(client.get(URL)) == [first, str(own.pk)]
    assert undo(client, BulkOperation.objects.get(pk=first)).status_code == 200


def test_long_lists_are_cut_and_counted(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "LISTED", 2)
    leads = [make_lead() for _ in range(6)]
    operation = operate(leads, city="Joliet")
    Lead.objects.filter(pk__in=[lead.pk for lead in leads[:3]]).delete()
    Lead.objects.filter(pk__in=[lead.pk for lead in leads[3:]]).update(city="Alton")
    undone = undo(client, operation).json()
    shown = client.get(f"{URL}/{undone['operation_id']}").json()
    for answer in (undone, shown):
        assert (len(answer["failures"]), answer["failures_total"]) == (2, 3)
        assert (len(answer["report"]["left"]), answer["report"]["left_total"]) == (2, 3)
    assert "left_total" not in client.get(f"{URL}/{operation.pk}").json()["report"]


# Imports are operations


def test_an_import_is_an_operation_from_the_start_and_a_dry_run_none(client: APIClient) -> None:
    waiting = queued(csv_file(people(2)))
    told = client.get(f"{URL}/{waiting.pk}").json()
    assert (told["status"], told["progress"], told["finished_at"]) == ("running", 0.0, None)
    assert told["request"] == {"filename": "leads.csv", "agency": "IMPORTED"}
    dry = imported(csv_file(people(2)), is_dry_run=True)
    assert client.get(f"{URL}/{dry.pk}").status_code == 404


def test_an_imports_counts_follow_its_chunks(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.services.imports.running.CHUNK", 2)
    seen: list[tuple[int, float]] = []

    def watch(one: Any) -> None:
        operation = BulkOperation.objects.get(pk=one.pk)
        seen.append((operation.changed_count, operation.progress))

    from leads.services.imports.running import run_import

    one = queued(csv_file([*people(4), *people(1)]))
    run_import(one.pk, on_progress=watch)
    assert [changed for changed, _ in seen] == [0, 2, 4, 4, 4]
    assert seen[-1][1] == 100.0
    told = client.get(f"{URL}/{one.pk}").json()
    assert (told["status"], told["requested_count"], told["changed_count"], told["failed_count"]) == (
        "completed", 5, 4, 1,
    )  # fmt: skip


def test_an_import_that_failed_in_the_middle_can_be_undone(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leads.services.imports import running

    monkeypatch.setattr(running, "CHUNK", 2)
    one = queued(csv_file(people(4)))

    class OutOfTimeError(Exception):
        """The clock of a worker."""

    def watch(current: Any) -> None:
        if current.created_count == 2:
            raise OutOfTimeError

    assert running.run_import(one.pk, on_progress=watch, out_of_time=(OutOfTimeError,))
    told = client.get(f"{URL}/{one.pk}").json()
    assert (told["status"], told["changed_count"], told["can_undo"]) == ("failed", 2, True)
    assert "Took too long" in told["report"]["error"]
    assert undo(client, BulkOperation.objects.get(pk=one.pk)).json()["report"]["deleted"] == 2
    assert not Lead.objects.exists()
