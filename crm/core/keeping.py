"""Keeping what is slow to take: taken by one while others make do with what there is, and as fresh as is bearable."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import LockNotOwnedError

from crm.core.redis import redis_client, redis_key

Value = TypeVar("Value")

LONGEST_KEPT = timedelta(minutes=5)
QUICK = timedelta(milliseconds=100)
REST = 20
"""What takes longer than QUICK is left alone for REST times as long: it costs a twentieth of one core at most."""
LONGEST_TAKING = 60  # seconds
FORGOTTEN_AFTER = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A value, when it was taken, how long that took, and what stood in the database then."""

    value: Value
    at: datetime
    took: timedelta
    version: Any

    def is_fresh(self, version: Any, now: datetime) -> bool:
        """Whether it need not be taken again: nothing changed since, or it was taken a moment ago."""
        age = now - self.at
        if age >= LONGEST_KEPT:
            return False
        return self.version == version or age < REST * (self.took - QUICK)


def kept(name: str, *, version: Any, take: Callable[[], Value]) -> Kept[Value]:
    """What `take` returns, or what it returned a while ago; `name` changes with the shape of the value.

    `version` is whatever differs once the value may: the newest row's id, a generation. While one caller
    takes it anew the others get the old value, and wait only where there is none.
    """
    key = f"kept:{name}"
    found: Kept[Value] | None = cache.get(key)
    if found and found.is_fresh(version, timezone.now()):
        return found
    lock = redis_client().lock(redis_key(f"{key}:taking"), timeout=LONGEST_TAKING)
    if not lock.acquire(blocking=found is None, blocking_timeout=LONGEST_TAKING):
        return found or _take(version, take)
    try:
        meanwhile: Kept[Value] | None = cache.get(key)
        if meanwhile and meanwhile.is_fresh(version, timezone.now()):
            return meanwhile
        taken = _take(version, take)
        cache.set(key, taken, timeout=FORGOTTEN_AFTER)
        return taken
    finally:
        with suppress(LockNotOwnedError):  # it took longer than the lock lasts, and another one took over
            lock.release()


def _take(version: Any, take: Callable[[], Value]) -> Kept[Value]:
    at, started = timezone.now(), time.perf_counter()
    value = take()
    return Kept(value, at, timedelta(seconds=time.perf_counter() - started), version)
