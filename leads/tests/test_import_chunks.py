"""Chunks: sets, not loops; whole or not at all; safe to repeat."""

import os
import signal
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from crm.core.models import OutboxEvent
from crm.core.tests.factories import make_user
from leads.choices import ImportStatus
from leads.models import BulkOperation, Decision, Lead, LeadChange, LeadImport
from leads.services import intake
from leads.services.imports import chunks, running
from leads.services.imports.duplicates import DuplicateFinder
from leads.services.imports.running import run_import
from leads.services.intake import receive_lead
from leads.tasks import run_lead_import
from leads.tests.factories import make_lead
from leads.tests.import_files import COMMAND, agency, csv_file, imported, people, queued, refusals_of
from leads.tests.racing import at_once


@pytest.fixture
def chunk(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the rows of a chunk."""
    return lambda rows: monkeypatch.setattr(running, "CHUNK", rows)


def statements(content: bytes) -> int:
    one = queued(content)
    with CaptureQueriesContext(connection) as captured:
        run_import(one.pk)
    one.refresh_from_db()
    assert one.created_count
    return len(captured)


@pytest.mark.django_db
def test_a_chunk_costs_the_same_statements_however_many_rows_it_has(chunk: Any) -> None:
    make_user(first_name="Jo", last_name="Ma", max_capacity=1000)

    def file(start: int, count: int) -> bytes:
        repeated = people(1, start=start)
        return csv_file(people(count - 2, start=start, Owner="Jo Ma") + repeated + [{"phone": "1"}])

    chunk(50)
    statements(file(9000, 50))  # whatever is looked up once per process
    two, four = statements(file(0, 100)), statements(file(1000, 200))
    chunk(100)
    assert statements(file(2000, 200)) == two
    assert (four - two) / 2 <= 12


@pytest.mark.django_db
@pytest.mark.parametrize(("attempts", "outcome", "created"), [(0, "completed", 5), (99, "failed", 0)])
def test_an_import_that_an_earlier_release_took_in_becomes_an_operation_when_it_goes_on(
    chunk: Any, attempts: int, outcome: str, created: int
) -> None:
    chunk(2)
    one = queued(csv_file(people(5)))
    BulkOperation.objects.filter(pk=one.pk).delete()
    LeadImport.objects.filter(pk=one.pk).update(attempts=attempts)
    run_import(one.pk)
    operation = BulkOperation.objects.get(pk=one.pk)
    assert (operation.kind, operation.status, operation.changed_count) == ("import", outcome, created)
    assert (operation.author, operation.created_at) == (one.author, one.created_at)
    assert operation.request == {"filename": "leads.csv", "agency": "IMPORTED"}
    assert operation.finished_at is not None


@pytest.mark.django_db
def test_every_lead_of_a_chunk_has_its_reasons_its_history_and_its_news() -> None:
    one = imported(csv_file(people(30)))
    ids = {str(pk) for pk in Lead.objects.values_list("pk", flat=True)}
    assert len(ids) == 30
    assert {str(pk) for pk in Decision.objects.values_list("lead_id", flat=True)} == ids
    assert {
        str(pk) for pk in LeadChange.objects.filter(operation=one.pk).values_list("lead_id", flat=True)
    } == ids
    news = OutboxEvent.objects.filter(topic="lead.received")
    assert set(news.values_list("key", flat=True)) == ids
    assert news[0].payload == {"lead_id": news[0].key, "agency": "IMPORTED", "source": "import"}


@pytest.mark.django_db
def test_a_lead_that_gets_its_owner_is_news_too() -> None:
    agent = make_user(first_name="Jo", last_name="Ma", max_capacity=2)
    imported(csv_file(people(3, Owner="Jo Ma") + people(1, start=3)))
    news = OutboxEvent.objects.filter(topic="lead.assigned")
    assert {event.key for event in news} == {
        str(pk) for pk in Lead.objects.filter(assigned_agent=agent).values_list("pk", flat=True)
    }
    assert [event.payload for event in news] == [
        {
            "lead_id": event.key,
            "agent_id": agent.pk,
            "previous_agent_id": None,
            "actor": COMMAND.label,
        }
        for event in news
    ]
    assert len(news) == 2
    of_one = OutboxEvent.objects.filter(key=news[0].key).order_by("id").values_list("topic", flat=True)
    assert list(of_one) == ["lead.received", "lead.assigned"]


@pytest.mark.django_db
def test_a_dry_run_is_no_news() -> None:
    make_user(first_name="Jo", last_name="Ma")
    imported(csv_file(people(3, Owner="Jo Ma")), is_dry_run=True)
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_a_value_in_the_file_stays_even_if_it_is_nothing() -> None:
    imported(
        csv_file([*people(1, value="0.00"), *people(1, start=1, value=""), *people(1, start=2, value="7")])
    )
    values = [str(value) for value in Lead.objects.order_by("email").values_list("lead_value", flat=True)]
    assert (values[0], values[1] != "0.00", values[2]) == ("0.00", True, "7.00")


@pytest.mark.django_db(transaction=True)
def test_an_import_that_kills_its_workers_is_given_up(chunk: Any) -> None:
    chunk(5)
    one = queued(csv_file(people(12)))
    for _ in range(5):
        connection.close()
        worker = os.fork()
        if worker == 0:
            run_import(one.pk, on_progress=lambda _: os.kill(os.getpid(), signal.SIGKILL))
            os._exit(0)
        assert os.waitpid(worker, 0)[1] == signal.SIGKILL
        one.refresh_from_db()
        assert one.status == "processing"
    assert run_import(one.pk)
    one.refresh_from_db()
    assert (one.status, one.attempts, one.finished_at is None) == ("failed", 5, False)
    assert "started 5 times" in one.error
    assert "smaller parts" in one.error
    assert run_import(one.pk) is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["_silently", "write"])
def test_an_import_that_takes_too_long_is_stopped_in_the_middle_of_a_statement(
    monkeypatch: pytest.MonkeyPatch, chunk: Any, place: str
) -> None:
    chunk(5)
    one = queued(csv_file(people(12)))
    assert run_lead_import.soft_time_limit == 3600
    assert run_lead_import.time_limit == 3900

    def ring(*_: Any) -> None:
        raise SoftTimeLimitExceeded

    def sleep(*_: Any) -> None:
        if LeadImport.objects.get().rows_done == 5:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(3)")

    if place == "write":
        monkeypatch.setattr(chunks, "store_decisions", sleep)
    else:
        monkeypatch.setattr(running, "_silently", sleep)
    before = signal.signal(signal.SIGALRM, ring)
    try:
        assert run_lead_import(str(one.pk)) is True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    one.refresh_from_db()
    assert (one.status, one.rows_done, Lead.objects.count()) == ("failed", 5, 5)
    assert one.error.startswith("Took too long and was stopped after row 6; rows before are in.")


@pytest.mark.django_db(transaction=True)
def test_an_import_whose_worker_is_killed_goes_on_where_it_was(chunk: Any) -> None:
    chunk(10)
    one = queued(csv_file([*people(15), {"phone": "1"}, *people(20, start=15)]))
    connection.close()
    worker = os.fork()
    if worker == 0:

        def die(current: LeadImport) -> None:
            if current.rows_done == 20:
                os.kill(os.getpid(), signal.SIGKILL)

        run_import(one.pk, on_progress=die)
        os._exit(0)
    assert os.waitpid(worker, 0)[1] == signal.SIGKILL
    one.refresh_from_db()
    assert (one.status, one.rows_done, one.created_count, Lead.objects.count()) == ("processing", 20, 19, 19)
    assert run_import(one.pk)
    one.refresh_from_db()
    assert (one.status, one.rows_done, one.created_count, one.refused_count) == ("completed", 36, 35, 1)
    assert Lead.objects.count() == 35
    assert [row["row"] for row in refusals_of(one)] == ["17"]
    assert run_import(one.pk) is False


@pytest.mark.django_db
def test_a_dry_run_that_was_interrupted_starts_again(chunk: Any) -> None:
    chunk(10)
    one = queued(csv_file(people(25) + people(1)), is_dry_run=True)

    def stop(current: LeadImport) -> None:
        if current.rows_done == 20:
            raise SystemExit

    with pytest.raises(SystemExit):
        run_import(one.pk, on_progress=stop)
    assert run_import(one.pk)
    one.refresh_from_db()
    assert (one.rows_done, one.created_count, one.duplicate_count) == (26, 25, 1)


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_comes_in_between_the_look_and_the_writing_is_not_stored_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    split, posted = DuplicateFinder.split, list[Any]()

    def split_then_be_late(finder: DuplicateFinder, candidates: Any) -> Any:
        found = split(finder, candidates)
        if not posted:
            posted.extend(at_once([lambda: make_lead(phone="+13122000003")]))
        return found

    monkeypatch.setattr(DuplicateFinder, "split", split_then_be_late)
    one = imported(csv_file(people(8)))
    assert (one.created_count, one.duplicate_count, one.rows_done) == (7, 1, 8)
    assert refusals_of(one)[0]["reason"].startswith(f"Repeats lead {posted[0].pk}")
    assert Lead.objects.filter(phone="+13122000003").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_import_and_live_posts_of_the_same_people_make_each_lead_once(chunk: Any) -> None:
    chunk(10)
    agency("LIVE")
    rows = people(40)
    one = queued(csv_file(rows))
    outcomes = at_once(
        [
            lambda: run_import(one.pk),
            lambda: [_posted(row) for row in reversed(rows)],
            lambda: [_posted(row) for row in rows[::2]],
        ]
    )
    assert outcomes[0] is True
    one.refresh_from_db()
    assert one.status == ImportStatus.COMPLETED
    assert Lead.objects.count() == 40
    assert one.created_count + Lead.objects.filter(agency="LIVE").count() == 40


def _posted(row: dict[str, Any]) -> bool:
    try:
        receive_lead({**row, "vendor_code": "LIVE"}, actor=COMMAND)
    except Exception:  # noqa: BLE001 - the import was first
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_on_one_import_one_leaves(chunk: Any) -> None:
    chunk(5)
    one = queued(csv_file(people(40)))
    assert sorted(at_once([lambda: run_import(one.pk)] * 2), key=str) == [False, True]
    one.refresh_from_db()
    assert (one.status, one.created_count, Lead.objects.count()) == ("completed", 40, 40)


@pytest.mark.django_db
def test_a_row_that_the_database_does_not_take_is_found_and_refused_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decide = intake.decide

    def decide_badly(lead: Lead, context: Any, **options: Any) -> dict[str, Any]:
        document = decide(lead, context, **options)
        if lead.email == "p5@example.org":
            lead.quality_score = 99
        return document

    monkeypatch.setattr(chunks, "decide", decide_badly)
    one = imported(csv_file(people(12)))
    assert (one.status, one.created_count, one.refused_count, one.rows_done) == ("completed", 11, 1, 12)
    assert refusals_of(one)[0]["reason"] == "The database does not take this row (leads_quality_1_to_10)."


@pytest.mark.django_db
def test_an_error_of_ours_fails_the_import_and_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch, chunk: Any
) -> None:
    chunk(5)
    one = queued(csv_file(people(10)))
    decide = intake.decide

    def break_down(lead: Lead, context: Any, **options: Any) -> dict[str, Any]:
        if lead.email == "p7@example.org":
            raise ZeroDivisionError
        return decide(lead, context, **options)

    monkeypatch.setattr(chunks, "decide", break_down)
    with pytest.raises(ZeroDivisionError):
        run_import(one.pk)
    one.refresh_from_db()
    assert (one.status, one.rows_done, Lead.objects.count()) == ("failed", 5, 5)
    assert "after row 6" in one.error


@pytest.mark.django_db
def test_a_database_that_is_away_leaves_the_import_to_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    one = queued(csv_file(people(3)))

    def away(*_: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(chunks, "store_leads", away)
        with pytest.raises(OperationalError):
            run_import(one.pk)
    one.refresh_from_db()
    assert one.status == "processing"
    assert run_import(one.pk)
    assert Lead.objects.count() == 3


@pytest.mark.django_db
def test_progress_is_told_by_chunk(chunk: Any) -> None:
    chunk(10)
    one = queued(csv_file(people(35)))
    seen: list[tuple[int, float]] = []
    run_import(one.pk, on_progress=lambda current: seen.append((current.rows_done, current.progress)))
    assert seen == [(0, 0.0), (10, 28.6), (20, 57.1), (30, 85.7), (35, 99.9), (35, 100.0)]
