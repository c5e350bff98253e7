"""The outbox: services publish what happened in their own transaction, receivers hear of it after commit.

A receiver may be called twice with the same event (a worker died between its work and its mark) and must
be safe to repeat. Per key, events arrive in the order they were written.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import ClassVar

import orjson
from django.db import connection, transaction

from crm.core.models import OutboxEvent

Receiver = Callable[[OutboxEvent], None]

_INSERT = """
INSERT INTO core_outboxevent (topic, key, payload, created_at, attempts, last_error)
SELECT topic, key, payload, clock_timestamp(), 0, ''
  FROM jsonb_to_recordset(%s::jsonb) AS event(topic text, key text, payload jsonb)
"""

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
    rows = [{"topic": event.topic, "key": event.key, "payload": event} for event in events]
    with (
        connection.cursor() as cursor
    ):  # by hand: model instances would cost ten times as much, for thousands
        cursor.execute(_INSERT, [orjson.dumps(rows).decode()])
    transaction.on_commit(wake_delivery, robust=True)


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


def wake_delivery() -> None:
    """Hurry delivery along; without, it comes by within seconds."""
    for wake in _wake:
        wake()
