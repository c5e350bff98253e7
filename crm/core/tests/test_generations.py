"""Generations: what differs after every commit that touched a scope."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.conf import settings
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from crm.core import generations as module
from crm.core.generations import agency_scope, fold_steps, generations, step
from crm.core.models import Generation, GenerationStep
from crm.core.tasks import fold_generation_steps
from crm.core.tests.factories import make_user

SCOPES = ("leads", "agents")
WRITERS, CHANGES, FOLDERS, READERS = 8, 25, 2, 2


def run(sql: str, *params: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def elsewhere(scope: str) -> tuple[int, ...]:
    """What another connection sees."""

    def look() -> tuple[int, ...]:
        try:
            return generations([scope])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(look).result(30)


@pytest.mark.django_db
def test_each_step_changes_its_scopes_and_no_other() -> None:
    before = generations(["leads", agency_scope("ACME"), "agents"])
    step("leads", agency_scope("ACME"))
    after = generations(["leads", agency_scope("ACME"), "agents"])
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, True]


@pytest.mark.django_db
def test_they_are_read_in_one_statement_in_the_order_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    step("leads")
    with django_assert_num_queries(1):
        there = generations(["leads", "agents"])
    assert generations(["agents", "leads"]) == there[::-1]


@pytest.mark.django_db
@given(st.lists(st.one_of(st.none(), st.sampled_from(SCOPES)), max_size=12))
def test_folding_changes_nothing_whenever_it_comes(events: list[str | None]) -> None:
    for event in events:
        before = generations(SCOPES)
        if event is None:
            fold_steps()
            assert not GenerationStep.objects.exists()
            assert generations(SCOPES) == before
        else:
            step(event)
            after = generations(SCOPES)
            assert {
                scope for scope, one, other in zip(SCOPES, before, after, strict=True) if one != other
            } == {event}


@pytest.mark.django_db
def test_the_worker_folds_all_steps_into_a_row_a_scope() -> None:
    step("leads", "agents")
    step("leads")
    assert fold_generation_steps() >= 3
    assert set(Generation.objects.values_list("scope", flat=True)) >= {"leads", "agents"}
    assert not GenerationStep.objects.exists()
    assert fold_generation_steps() == 0


def test_beat_has_steps_folded() -> None:
    assert {"task": "crm.core.tasks.fold_generation_steps", "schedule": 10.0} in list(
        settings.CELERY_BEAT_SCHEDULE.values()
    )


@pytest.mark.django_db(transaction=True)
def test_a_step_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction of the change"):
        step("leads")


@pytest.mark.django_db(transaction=True)
def test_others_see_it_with_the_commit_and_not_before() -> None:
    before = elsewhere("leads")
    with transaction.atomic():
        step("leads")
        assert generations(["leads"]) != before
        assert elsewhere("leads") == before
    assert elsewhere("leads") == generations(["leads"]) != before


@pytest.mark.django_db(transaction=True)
def test_what_was_seen_in_a_transaction_that_is_rolled_back_never_comes_again() -> None:
    """A number that is counted up would: the answer kept for it is one that nobody may see."""
    before = generations(["leads"])
    with transaction.atomic():
        step("leads")
        seen = generations(["leads"])
        transaction.set_rollback(True)
    assert generations(["leads"]) == before
    with transaction.atomic():
        step("leads")
    assert generations(["leads"]) not in (before, seen)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "is_noted"),
    [
        ("is_active = false", True),
        ("role = 'manager'", True),
        ("availability = 'away'", True),
        ("max_capacity = 7", True),
        ("first_name = 'Zoe'", True),
        ("email = 'zoe@example.com'", True),
        ("last_seen = now()", False),
        ("capacity = 3", False),
        ("password = 'x'", False),
        ("max_capacity = max_capacity", False),
    ],
)
def test_any_change_of_who_takes_leads_is_noted(change: str, is_noted: bool) -> None:
    person = make_user(max_capacity=50)
    before = generations(["agents"])
    run(f"UPDATE core_user SET {change} WHERE id = %s", person.pk)  # noqa: S608 - one of those above
    assert (generations(["agents"]) != before) == is_noted


@pytest.mark.django_db
def test_new_people_and_people_gone_are_noted() -> None:
    before = generations(["agents"])
    person = make_user()
    between = generations(["agents"])
    run("DELETE FROM core_user WHERE id = %s", person.pk)
    assert len({before, between, generations(["agents"])}) == 3


@pytest.mark.django_db
def test_reading_them_never_walks_through_what_other_scopes_wrote() -> None:
    run("INSERT INTO core_generation (scope, mark) SELECT 'agency:' || n, n FROM generate_series(1, 5000) n")
    run(
        "INSERT INTO core_generationstep (scope, mark) SELECT 'agency:' || mod(n, 5000), n FROM generate_series(1, 50000) n"
    )
    run("ANALYZE core_generation, core_generationstep")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {module._MARKS}", {"scopes": ["leads", "agents", "agency:7"]})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert "core_generationstep_scope" in plan, plan


def together(*calls: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(calls))

    def started(call: Callable[[], object]) -> object:
        try:
            barrier.wait(30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(started, calls))


@pytest.mark.django_db(transaction=True)
def test_no_generation_ever_stands_for_two_states_of_the_data() -> None:
    """Eight writers, two folders: whoever looks sees data and generation that belong to each other alone."""
    people = [make_user() for _ in range(WRITERS)]
    done = Event()
    running = iter(range(WRITERS))

    def write(person_id: int) -> Callable[[], None]:
        def change() -> None:
            draw = random.Random(person_id)
            for number in range(CHANGES):
                with transaction.atomic():
                    run("UPDATE core_user SET max_capacity = %s WHERE id = %s", number + 1, person_id)
                    transaction.set_rollback(draw.random() < 0.2)
            if next(running) == WRITERS - 1:
                done.set()

        return change

    def fold() -> int:
        folded = 0
        while not done.is_set():
            folded += fold_steps()
        return folded

    def look() -> list[tuple[int, str]]:
        seen = []
        while not done.is_set():
            with transaction.atomic():
                run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                with connection.cursor() as cursor:
                    cursor.execute("SELECT string_agg(max_capacity::text, ' ' ORDER BY id) FROM core_user")
                    seen.append((generations(["agents"])[0], str(cursor.fetchone()[0])))
        return seen

    answers = together(*[write(person.pk) for person in people], *[fold] * FOLDERS, *[look] * READERS)
    folded = answers[WRITERS : WRITERS + FOLDERS]
    seen = [pair for part in answers[WRITERS + FOLDERS :] if isinstance(part, list) for pair in part]
    states: dict[int, str] = {}
    for generation, state in seen:
        assert states.setdefault(generation, state) == state
    assert len(set(states.values())) > 10, "the readers saw next to nothing of the race"
    assert sum(number for number in folded if isinstance(number, int)) > 0
