"""How often cached reads were answered from what was kept: counted in Redis by name and business day."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from redis.exceptions import RedisError

from crm.core.clock import business_day
from crm.core.keeping import Way
from crm.core.redis import redis_client, redis_key

KEPT_DAYS = 35


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """The answers of one cached read."""

    name: str
    hits: int
    waits: int
    misses: int

    @property
    def answers(self) -> int:
        """All of them."""
        return self.hits + self.waits + self.misses

    @property
    def hit_rate(self) -> float:
        """Answers that were not computed for their callers, in percent with one decimal."""
        return round(100 * (self.hits + self.waits) / self.answers, 1) if self.answers else 0.0


def count_read(name: str, way: Way) -> None:
    """Count an answer. Without Redis nothing is counted."""
    key = _key(business_day())
    with suppress(RedisError):
        redis_client().hincrby(key, f"{name} {way}", 1)
        if way == Way.MISS:  # the first answer of a day is one
            redis_client().expire(key, timedelta(days=KEPT_DAYS))


def read_counts(*, days: int = 1) -> list[ReadCounts]:
    """Each read's answers in the last `days` business days, today included, by name."""
    today = business_day()
    pipeline = redis_client().pipeline(transaction=False)
    for age in range(days):
        pipeline.hgetall(_key(today - timedelta(days=age)))
    return _summed(pipeline.execute())


def total_of(counts: Iterable[ReadCounts]) -> ReadCounts:
    """All reads together."""
    told = list(counts)
    return ReadCounts(
        "all",
        hits=sum(one.hits for one in told),
        waits=sum(one.waits for one in told),
        misses=sum(one.misses for one in told),
    )


def _summed(by_day: Iterable[dict[bytes, Any]]) -> list[ReadCounts]:
    found: Counter[tuple[str, str]] = Counter()
    for day in by_day:
        for field, number in day.items():
            name, _, way = field.decode().partition(" ")
            found[name, way] += int(number)
    return [
        ReadCounts(name, found[name, Way.HIT], found[name, Way.WAIT], found[name, Way.MISS])
        for name in sorted({name for name, _ in found})
    ]


def _key(day: date) -> str:
    return redis_key(f"cached-reads:{day.isoformat()}")
