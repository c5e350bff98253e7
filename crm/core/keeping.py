"""Keeping what may be slow to take: live while it is quick, renewed off the request once it is slow."""

import functools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import LockNotOwnedError, RedisError
from redis.lock import Lock

from crm.core.redis import redis_client, redis_key

Value = TypeVar("Value")

LONGEST_KEPT = timedelta(minutes=5)
RENEWED_EVERY = timedelta(minutes=1)
"""How often a worker looks after what is slow, so that nobody's request has to."""
QUICK = timedelta(milliseconds=100)
LONGEST_TAKING = 60  # seconds
FORGOTTEN_AFTER = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A value, when it was taken, how long that took, and what stood in the database then."""

    value: Value
    at: datetime
    took: timedelta
    version: Any

    def will_do(self, version: Any, now: datetime) -> bool:
        """Whether to answer with it: nothing has changed since, or taking it anew would keep people waiting."""
        return now - self.at < LONGEST_KEPT and (self.version == version or self.took > QUICK)

    def needs_renewal(self, version: Any, now: datetime) -> bool:
        """Whether a worker should take it now: else a request would find it too old, or others old news."""
        is_old = now - self.at >= LONGEST_KEPT - 2 * RENEWED_EVERY
        return self.took > QUICK and (is_old or self.version != version)


def kept(name: str, *, version: Any, take: Callable[[], Value]) -> Kept[Value]:
    """What `take` returns, or what it returned a while ago; `name` changes with the shape of the value.

    `version` is whatever differs once the value may: the newest row's id, a generation. While one caller
    takes it anew the others get the old value, and wait only where there is none. Without Redis it is taken,
    once also where Redis goes away in the middle.
    """
    taken = functools.cache(lambda: _take(version, take))
    try:
        return _kept(name, version, taken)
    except RedisError:
        return taken()


def _kept(name: str, version: Any, taken: Callable[[], Kept[Value]]) -> Kept[Value]:
    found = _found(name)
    if found and found.will_do(version, timezone.now()):
        return found
    lock = _lock(name)
    if not lock.acquire(blocking=found is None, blocking_timeout=LONGEST_TAKING):
        return found or taken()
    try:
        meanwhile = _found(name)
        if meanwhile and meanwhile.will_do(version, timezone.now()):
            return meanwhile
        return _keep(name, taken())
    finally:
        _release(lock)


def renew(name: str, *, version: Any, take: Callable[[], Any]) -> bool:
    """Take anew what `kept` keeps because it is slow, if that is due and nobody is at it; for workers."""
    found, lock = _found(name), _lock(name)
    if not (found and found.needs_renewal(version, timezone.now()) and lock.acquire(blocking=False)):
        return False
    try:
        _keep(name, _take(version, take))
    finally:
        _release(lock)
    return True


def _found(name: str) -> Kept[Any] | None:
    found: Kept[Any] | None = cache.get(f"kept:{name}")
    return found


def _keep(name: str, taken: Kept[Value]) -> Kept[Value]:
    cache.set(f"kept:{name}", taken, timeout=FORGOTTEN_AFTER)
    return taken


def _take(version: Any, take: Callable[[], Value]) -> Kept[Value]:
    at, started = timezone.now(), time.perf_counter()
    value = take()
    return Kept(value, at, timedelta(seconds=time.perf_counter() - started), version)


def _lock(name: str) -> Lock:
    lock: Lock = redis_client().lock(redis_key(f"kept:{name}:taking"), timeout=LONGEST_TAKING)
    return lock


def _release(lock: Lock) -> None:
    with suppress(LockNotOwnedError):  # it took longer than the lock lasts, and another one took over
        lock.release()
