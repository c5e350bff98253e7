"""Values kept while they are slow to take."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.utils import timezone

from crm.core.keeping import LONGEST_KEPT, REST, Kept, kept


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


def test_what_is_slow_rests_after_a_change_in_proportion() -> None:
    now = timezone.now()
    slow = kept_since(now, took=timedelta(seconds=1))
    assert slow.is_fresh(2, now + timedelta(seconds=REST / 2))
    assert not slow.is_fresh(2, now + timedelta(seconds=REST))


def test_nothing_is_kept_longer_than_five_minutes() -> None:
    now = timezone.now()
    very_slow = kept_since(now, took=timedelta(hours=1))
    assert very_slow.is_fresh(2, now + LONGEST_KEPT - timedelta(seconds=1))
    assert not very_slow.is_fresh(1, now + LONGEST_KEPT)


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
