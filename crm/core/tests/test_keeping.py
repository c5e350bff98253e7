"""Values kept while they are slow to take."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError
from redis.lock import Lock

from crm.core import keeping
from crm.core.keeping import LONGEST_KEPT, QUICK, RENEWED_EVERY, Kept, kept, renew


def counter() -> Callable[[], int]:
    taken: list[int] = []

    def take() -> int:
        taken.append(1)
        return len(taken)

    return take


def kept_since(at: datetime, *, took: timedelta = timedelta(0)) -> Kept[int]:
    return Kept(value=1, at=at, took=took, version=1)


def test_nothing_is_taken_twice_while_nothing_changes() -> None:
    take = counter()
    assert [kept("x", version=1, take=take).value for _ in range(3)] == [1, 1, 1]


def test_what_is_quick_is_taken_anew_after_each_change() -> None:
    take = counter()
    assert [kept("x", version=version, take=take).value for version in (1, 2, 3)] == [1, 2, 3]


def test_what_is_slow_is_answered_from_what_is_kept_for_five_minutes() -> None:
    now = timezone.now()
    slow = kept_since(now, took=2 * QUICK)
    assert slow.will_do(2, now + LONGEST_KEPT - timedelta(seconds=1))
    assert not slow.will_do(1, now + LONGEST_KEPT)


def test_a_worker_renews_what_is_slow_once_it_changed_or_before_it_is_too_old() -> None:
    now = timezone.now()
    slow, quick = kept_since(now, took=2 * QUICK), kept_since(now)
    assert slow.needs_renewal(2, now)
    assert not slow.needs_renewal(1, now + LONGEST_KEPT - 3 * RENEWED_EVERY)
    assert slow.needs_renewal(1, now + LONGEST_KEPT - 2 * RENEWED_EVERY)
    assert not quick.needs_renewal(2, now + LONGEST_KEPT)


def test_renewing_replaces_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "QUICK", timedelta(microseconds=-1))  # everything is slow
    take = counter()
    assert not renew("x", version=1, take=take), "nobody has asked for it yet"
    assert kept("x", version=1, take=take).value == 1
    assert not renew("x", version=1, take=take)
    assert kept("x", version=2, take=take).value == 1
    assert renew("x", version=2, take=take)
    assert kept("x", version=2, take=take).value == 2


def test_while_one_takes_it_anew_the_others_get_the_old_value() -> None:
    kept("x", version=1, take=lambda: "old")
    has_begun, may_end = Event(), Event()

    def take() -> str:
        has_begun.set()
        assert may_end.wait(30)
        return "new"

    def fail() -> str:
        pytest.fail("taken twice at once")

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: kept("x", version=2, take=take))
        assert has_begun.wait(30)
        assert kept("x", version=2, take=fail).value == "old"
        may_end.set()
        assert first.result(30).value == "new"
    assert kept("x", version=2, take=fail).value == "new"


def test_who_finds_nothing_yet_waits_for_the_one_who_takes_it() -> None:
    has_begun, may_end = Event(), Event()

    def take() -> str:
        has_begun.set()
        assert may_end.wait(30)
        return "first"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: kept("x", version=1, take=take))
        assert has_begun.wait(30)
        second = pool.submit(lambda: kept("x", version=1, take=lambda: "second"))
        may_end.set()
        assert (first.result(30).value, second.result(30).value) == ("first", "first")


def test_a_value_that_cannot_be_taken_leaves_no_lock_behind() -> None:
    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        kept("x", version=1, take=fail)
    assert kept("x", version=1, take=lambda: "well").value == "well"


@pytest.mark.parametrize(
    ("part", "name"), [(cache, "get"), (Lock, "acquire"), (cache, "set"), (Lock, "release")]
)
def test_without_redis_it_is_taken_each_time_and_once(
    part: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*args: object, **options: object) -> None:
        raise RedisError

    take = counter()
    with monkeypatch.context() as broken:
        broken.setattr(part, name, unreachable)
        assert kept("x", version=1, take=take).value == 1
        if name != "release":  # that lock is still held: the next caller would wait until it lapses
            assert kept("x", version=2, take=take).value == 2
