"""Keeping what costs something to take.

`kept` is live while taking is quick, and renewed off the request once it is slow. `kept_exactly` is never older
than the last change: for what people compare with the rows behind it.
"""

import functools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import LockNotOwnedError, RedisError
from redis.lock import Lock

from crm.core.redis import redis_client, redis_key

Value = TypeVar("Value")

LONGEST_KEPT = timedelta(minutes=5)
NOT_KEPT_FOR = timedelta(minutes=1)
"""How long it is remembered that something is not to be kept."""
RENEWED_EVERY = timedelta(minutes=1)
"""How often a worker looks after what is slow, so that nobody's request has to."""
QUICK = timedelta(milliseconds=100)
LONGEST_TAKING = 60  # seconds
LONGEST_WAIT = 10  # seconds; then whoever waits takes it too: one that hangs must not hang all
ASKED_EVERY = 0.01  # seconds
FORGOTTEN_AFTER = 24 * 3600  # seconds
NEVER = object()
"""A version that nothing kept is of."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A value, when it was taken, how long that took, and what stood in the database then."""

    value: Value
    at: datetime
    took: timedelta
    version: Any
    moment: float = 0  # by Redis's clock, the one that all machines share

    def is_of(self, version: Any, now: datetime) -> bool:
        """Whether taking it now would give the same; of None, whether it need not be tried again yet."""
        if self.value is None:
            return now - self.at < NOT_KEPT_FOR
        return now - self.at < LONGEST_KEPT and self.version == version

    def will_do(self, version: Any, now: datetime) -> bool:
        """Whether to answer with it: nothing has changed since, or taking it anew would keep people waiting."""
        return now - self.at < LONGEST_KEPT and (self.version == version or self.took > QUICK)

    def needs_renewal(self, version: Any, now: datetime) -> bool:
        """Whether a worker should take it now: else a request would find it too old, or others old news."""
        is_old = now - self.at >= LONGEST_KEPT - 2 * RENEWED_EVERY
        return self.took > QUICK and (is_old or self.version != version)


class Way(StrEnum):
    """How a value was come by."""

    HIT = "hit"
    WAIT = "wait"  # another one was just taking it
    MISS = "miss"


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


def kept_exactly(
    name: str, *, version: Callable[[], Any], take: Callable[[], Value], anew: bool = False
) -> tuple[Kept[Value], Way]:
    """What `take` returns, or what it returned in the last five minutes if `version()` is the same since; and how.

    Of many who find nothing valid one takes it and the others wait for that one, at most `LONGEST_WAIT`. With
    `anew` nothing is valid that was begun before. Without Redis it is taken each time, and once also where Redis goes away in the middle.

    Another release's values are never returned: their shape may differ. Where `take` returns None there is nothing
    that can be kept: all get None without waiting, whatever changes, for `NOT_KEPT_FOR`.
    """
    name, current = f"{settings.VERSION}:{name}", version()
    try:
        found = None if anew else _found(name)
        if found and found.is_of(current, timezone.now()):
            return found, Way.HIT
        return _wait_or_take(name, current, version, take, anew=anew)
    except RedisError:
        return _take(current, take), Way.MISS


def _wait_or_take(
    name: str, current: Any, version: Callable[[], Any], take: Callable[[], Value], *, anew: bool
) -> tuple[Kept[Value], Way]:
    """Whatever others begin to take from now on will do, however many changes come meanwhile."""
    asked, lock, valid = _moment(), _lock(name), NEVER if anew else current
    give_up, has_waited = time.monotonic() + LONGEST_WAIT, False
    while not (is_ours := lock.acquire(blocking=False)) and time.monotonic() < give_up:
        time.sleep(ASKED_EVERY)
        has_waited = True
        if found := _found_since(name, asked, valid):
            return found, Way.WAIT
    try:
        if found := _found_since(name, asked, valid):
            return found, Way.WAIT
        return _take_and_keep(name, version() if has_waited else current, take), Way.MISS
    finally:
        if is_ours:
            with suppress(RedisError):
                _release(lock)


def _found_since(name: str, moment: float, version: Any) -> Kept[Any] | None:
    found = _found(name)
    is_good = found and (found.moment >= moment or found.is_of(version, timezone.now()))
    return found if is_good else None


def _take_and_keep(name: str, version: Any, take: Callable[[], Value]) -> Kept[Value]:
    moment = _moment()
    taken = replace(_take(version, take), moment=moment)
    with suppress(RedisError):
        _keep(name, taken, for_seconds=int(LONGEST_KEPT.total_seconds()))
    return taken


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


def _keep(name: str, taken: Kept[Value], *, for_seconds: int = FORGOTTEN_AFTER) -> Kept[Value]:
    cache.set(f"kept:{name}", taken, timeout=for_seconds)
    return taken


def _moment() -> float:
    seconds, micros = redis_client().time()
    return float(seconds + micros / 1_000_000)


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
