"""Events leave after commit, at least once, in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar

import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg import connect
from pytest_django import DjangoAssertNumQueries

from crm.core import delivery, events, tasks
from crm.core.models import OutboxEvent
from crm.core.services.passwords import PasswordForgotten


@dataclass(frozen=True, slots=True)
class Rang(events.Event):
    """A bell rang."""

    topic: ClassVar[str] = "bell.rang"
    bell: str
    number: int

    @property
    def key(self) -> str:
        return self.bell


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int]]]:
    """What a receiver hears; it fails while an event's number is negative."""
    heard: list[tuple[str, int]] = []

    def hear(event: OutboxEvent) -> None:
        if event.payload["number"] in refused:
            raise ConnectionError("not now")
        heard.append((event.key, event.payload["number"]))

    monkeypatch.setitem(events._receivers, "bell.rang", [hear])
    yield heard
    refused.clear()


refused: set[int] = set()


def ring(*numbers: int, bell: str = "a") -> None:
    with transaction.atomic():
        events.publish_all(Rang(bell=bell, number=number) for number in numbers)


@pytest.mark.django_db
def test_events_are_delivered_once_and_in_order(heard: list[tuple[str, int]]) -> None:
    ring(1, 2, 3)
    assert delivery.deliver_waiting() == 3
    assert delivery.deliver_waiting() == 0
    assert heard == [("a", 1), ("a", 2), ("a", 3)]


@pytest.mark.django_db
def test_a_rolled_back_change_has_no_event(heard: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        events.publish(Rang(bell="a", number=1))
        transaction.set_rollback(True)
    assert delivery.deliver_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        events.publish(Rang(bell="a", number=1))


@pytest.mark.django_db
def test_a_failing_receiver_holds_back_its_own_key_only_and_is_tried_again(
    heard: list[tuple[str, int]],
) -> None:
    ring(1, 2, bell="a")
    ring(3, bell="b")
    refused.add(1)
    assert delivery.deliver_waiting() == 1
    assert heard == [("b", 3)]
    ring(4, bell="a")
    assert delivery.deliver_waiting() == 0
    waiting = OutboxEvent.objects.get(payload__number=1)
    assert (waiting.attempts, waiting.last_error, waiting.delivered_at) == (1, "ConnectionError", None)
    refused.clear()
    OutboxEvent.objects.update(next_attempt_at=timezone.now())
    delivery.deliver_waiting()
    assert heard == [("b", 3), ("a", 1), ("a", 2), ("a", 4)]


@pytest.mark.django_db
def test_a_failed_key_is_held_in_the_batches_after_it_too(
    heard: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 2)
    monkeypatch.setattr(delivery, "FIRST_DELAY", timedelta(microseconds=1))
    ring(1, bell="a")
    ring(2, 3, 4, bell="b")
    ring(5, bell="a")
    refused.add(1)
    assert delivery.deliver_waiting() == 3
    assert heard == [("b", 2), ("b", 3), ("b", 4)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 10), (2, 20), (9, 2560), (10, 3600), (28, 3600)]
)
def test_each_failure_doubles_the_wait_up_to_an_hour(
    heard: list[tuple[str, int]], attempts: int, seconds: int
) -> None:
    ring(1)
    refused.add(1)
    OutboxEvent.objects.update(attempts=attempts)
    before = timezone.now()
    delivery.deliver_waiting()
    event = OutboxEvent.objects.get()
    assert event.next_attempt_at is not None
    assert 0 <= (event.next_attempt_at - before).total_seconds() - seconds < 3
    delivery.deliver_waiting()
    assert OutboxEvent.objects.get().attempts == attempts + 1


@pytest.mark.django_db
@pytest.mark.parametrize("attempts", [29, 32_767])
def test_an_event_that_never_gets_through_is_set_aside_and_frees_its_key(
    heard: list[tuple[str, int]], attempts: int
) -> None:
    ring(1, 2, bell="a")
    ring(3, bell="b")
    refused.add(1)
    OutboxEvent.objects.filter(payload__number=1).update(attempts=attempts)
    assert delivery.deliver_waiting() == 2
    event = OutboxEvent.objects.get(payload__number=1)
    assert (event.attempts, event.last_error) == (attempts + 1, "ConnectionError")
    assert event.failed_at is not None
    assert heard == [("a", 2), ("b", 3)]
    assert delivery.deliver_waiting() == 0


@pytest.mark.django_db
def test_a_batch_costs_the_same_however_many_events_it_holds(
    heard: list[tuple[str, int]], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ring(*range(50))
    with django_assert_num_queries(5 + 4 + 2 * 50):  # a batch, an empty one, a savepoint for each receiver
        delivery.deliver_waiting()


def test_forgotten_passwords_are_keyed_by_account_without_the_address() -> None:
    keys = [PasswordForgotten(email).key for email in ("a@example.com", "b@example.com", "a@example.com")]
    assert keys[0] == keys[2] != keys[1]
    assert "example" not in keys[0]


@pytest.mark.django_db
def test_more_events_than_a_batch_are_delivered(
    heard: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 2)
    ring(*range(5))
    assert delivery.deliver_waiting() == 5


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_deliver_each_event_once(heard: list[tuple[str, int]]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    ring(*range(50))

    def deliver() -> int:
        try:
            return delivery.deliver_waiting()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = sum(future.result() for future in [pool.submit(partial(deliver)) for _ in range(2)])
    done += delivery.deliver_waiting()
    assert done == 50
    assert heard == [("a", number) for number in range(50)]


@pytest.mark.django_db
def test_delivered_events_are_pruned_after_a_week(heard: list[tuple[str, int]]) -> None:
    ring(1, 2)
    delivery.deliver_waiting()
    OutboxEvent.objects.filter(payload__number=1).update(delivered_at=timezone.now() - timedelta(days=8))
    assert delivery.prune_delivered() == 1


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_the_deliverer(heard: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr(events, "_wake", [lambda: woken.append(1)])
    ring(1)
    assert woken == [1]


@pytest.mark.django_db
def test_many_commits_at_once_ask_for_one_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.deliver_events, "apply_async", lambda **_: asked.append(1))
    tasks.wake_delivery()
    tasks.wake_delivery()
    assert asked == [1]
    tasks.deliver_events()
    tasks.wake_delivery()
    assert asked == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_deliverer_that_finds_another_at_work_is_sent_again(
    heard: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.deliver_events, "apply_async", lambda **how: asked.append(how["countdown"]))
    ring(1)
    asked.clear()
    with connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [delivery.DELIVERY_LOCK])
        assert tasks.deliver_events() == 0
        assert asked == [1]
    assert tasks.deliver_events() == 1
    assert asked == [1]
