"""Events leave after commit, at least once, in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar

import pytest
from django.db import transaction
from django.utils import timezone

from crm.core import delivery, events, tasks
from crm.core.models import OutboxEvent


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
    waiting = OutboxEvent.objects.get(payload__number=1)
    assert (waiting.attempts, waiting.last_error, waiting.delivered_at) == (1, "ConnectionError", None)
    refused.clear()
    delivery.deliver_waiting()
    assert heard == [("b", 3), ("a", 1), ("a", 2)]


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
