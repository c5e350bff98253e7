"""The outbox: services publish what happened in their own transaction, receivers hear of it after commit.

A receiver may be called twice with the same event (a worker died between its work and its mark) and must
be safe to repeat. Per key, events arrive in the order they were written.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db import connection, transaction

from crm.core.models import OutboxEvent

Receiver = Callable[[OutboxEvent], None]

_receivers: dict[str, list[Receiver]] = defaultdict(list)
_wake: list[Callable[[], None]] = []


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ids and plain values, named by a past participle. Subclasses set `topic`."""

    topic: ClassVar[str]

    @property
    def key(self) -> str:
        """What the event is about; order is kept among events of one key."""
        raise NotImplementedError  # pragma: no cover


def publish(*events: Event) -> None:
    """Write events into the outbox, in one statement, as part of the caller's transaction."""
    publish_all(events)


def publish_all(events: Iterable[Event]) -> None:
    """As `publish`, for any number of events."""
    if not connection.in_atomic_block:
        raise RuntimeError("events.publish() needs a transaction: an event must not outlive a rollback.")
    rows = [
        OutboxEvent(topic=event.topic, key=event.key, payload=dataclasses.asdict(event)) for event in events
    ]
    OutboxEvent.objects.bulk_create(rows, batch_size=5000)
    transaction.on_commit(_wake_delivery, robust=True)


def on(topic: str) -> Callable[[Receiver], Receiver]:
    """Register a receiver of `topic`; done in an app's `receivers` module."""

    def register(receiver: Receiver) -> Receiver:
        _receivers[topic].append(receiver)
        return receiver

    return register


def receivers_of(topic: str) -> list[Receiver]:
    """Who listens to `topic`."""
    return _receivers.get(topic, [])


def wake_with(wake: Callable[[], None]) -> None:
    """Tell the outbox how to hurry delivery along (the composition root hands in the Celery task)."""
    _wake[:] = [wake]


def _wake_delivery(*_: Any) -> None:
    for wake in _wake:
        wake()
