"""Cached reads: what is kept, for whom, until when."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier, Event, get_ident
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache, caches
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import path
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from crm.core import cache_counts, keeping
from crm.core.api import caching
from crm.core.api.caching import cached_read
from crm.core.api.permissions import roles
from crm.core.api.requests import actor_of
from crm.core.cache_counts import ReadCounts, read_counts
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.generations import step
from crm.core.keeping import LONGEST_KEPT, NOT_KEPT_FOR, Kept, Way, kept_exactly
from crm.core.models import User
from crm.core.redis import redis_client
from crm.core.tests.factories import make_user, signed_in

AGENTS, MANAGERS = "/headcount", "/managers"
taken: list[str] = []


class HeadcountView(APIView):
    """A read as any: it counts the agents."""

    permission_classes = [roles(Role.ADMIN, Role.MANAGER, Role.AGENT)]

    @cached_read("headcount", reads=("agents",))
    def get(self, request: Request, part: str = "") -> Response:
        taken.append(part)
        asked = request.query_params.get("asked", "")
        if asked == "nothing":
            raise NotFound("There is no such thing.")
        if asked == "later":
            return Response({}, status=202)
        body = {
            "agents": User.objects.agents().count(),
            "part": part,
            "asked": asked,
            "sees": actor_of(request).role,
        }
        return Response({**body, "much": "x" * 100})


class ManagersView(HeadcountView):
    """The same, for fewer."""

    permission_classes = [roles(Role.ADMIN, Role.MANAGER)]


urlpatterns = [
    path("headcount", HeadcountView.as_view()),
    path("headcount/<part>", HeadcountView.as_view()),
    path("managers", ManagersView.as_view()),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def nothing_taken() -> None:
    taken.clear()


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def ways(client: APIClient, *addresses: str) -> list[str]:
    return [client.get(address).headers["X-Cache"] for address in addresses]


def test_what_was_answered_is_answered_again(manager: APIClient) -> None:
    first, second = manager.get(AGENTS), manager.get(AGENTS)
    assert (first.headers["X-Cache"], second.headers["X-Cache"], len(taken)) == ("miss", "hit", 1)
    assert first.json() == second.json()
    assert first.headers["Content-Type"] == second.headers["Content-Type"] == "application/json"
    assert first.headers["ETag"] == second.headers["ETag"]


def test_a_hit_asks_who_calls_and_what_has_changed_and_no_more(
    manager: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    manager.get(AGENTS)
    with django_assert_num_queries(2):
        manager.get(AGENTS)


@pytest.mark.parametrize("way", ["miss", "hit"])
def test_who_has_it_already_is_told_so(manager: APIClient, way: str) -> None:
    first = manager.get(AGENTS)
    fresh = {"Cache-Control": "no-cache"} if way == "miss" else {}
    answer = manager.get(AGENTS, headers={"If-None-Match": first.headers["ETag"], **fresh})
    assert (answer.status_code, answer.content) == (304, b"")
    for header in ("ETag", "Cache-Control", "Vary"):
        assert answer.headers[header] == first.headers[header]
    assert {"Authorization", "X-API-Key"} <= set(
        answer.headers["Vary"].split(", ")
    )  # others use this browser
    assert answer.headers["Cache-Control"] == "private, max-age=30"


def test_a_change_is_seen_at_the_next_read(manager: APIClient) -> None:
    assert manager.get(AGENTS).json()["agents"] == 0
    make_user()
    answer = manager.get(AGENTS)
    assert (answer.json()["agents"], answer.headers["X-Cache"]) == (1, "miss")


def test_sql_by_hand_is_seen_as_well(manager: APIClient) -> None:
    person = make_user()
    assert manager.get(AGENTS).json()["agents"] == 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_user SET role = 'manager' WHERE id = %s", [person.pk])
    assert manager.get(AGENTS).json()["agents"] == 0


def test_what_it_does_not_read_may_change(manager: APIClient) -> None:
    manager.get(AGENTS)
    step("leads", "pricing")
    assert ways(manager, AGENTS) == ["hit"]


def test_the_order_of_parameters_does_not_matter_and_their_values_do(manager: APIClient) -> None:
    addresses = [
        "?a=1&b=2",
        "?b=2&a=1",
        "?a=1&b=3",
        "?a=1&b=2&b=3",
        "?a=1&b=3&b=2",
        "?a=1",
        "?a=1&b=",
        "?a=1%26b=2",
    ]
    expected = ["miss", "hit", "miss", "miss", "miss", "miss", "miss", "miss"]
    assert ways(manager, *[AGENTS + address for address in addresses]) == expected


def test_each_address_has_its_own_answer(manager: APIClient) -> None:
    assert ways(manager, AGENTS, f"{AGENTS}/north", f"{AGENTS}/south", f"{AGENTS}/north") == [
        "miss",
        "miss",
        "miss",
        "hit",
    ]
    assert manager.get(f"{AGENTS}/south").json()["part"] == "south"


def test_who_sees_everything_shares_and_agents_have_their_own(manager: APIClient) -> None:
    admin, first, second = (signed_in(make_user(role=role)) for role in (Role.ADMIN, Role.AGENT, Role.AGENT))
    assert [ways(one, AGENTS) for one in (manager, admin, first, second, first)] == [
        ["miss"],
        ["hit"],
        ["miss"],
        ["miss"],
        ["hit"],
    ]
    assert first.get(AGENTS).json()["sees"] == "agent"


def test_who_may_not_is_refused_whatever_is_kept(manager: APIClient, anonymous: APIClient) -> None:
    assert manager.get(MANAGERS).status_code == manager.get(MANAGERS).status_code == 200
    refused = anonymous.get(MANAGERS), signed_in(make_user(role=Role.AGENT)).get(MANAGERS)
    assert [answer.status_code for answer in refused] == [401, 403]


def test_errors_and_what_is_still_under_way_are_not_kept(manager: APIClient) -> None:
    for asked, status in (("nothing", 404), ("later", 202)):
        answers = [manager.get(f"{AGENTS}?asked={asked}") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [status, status]
        assert "X-Cache" not in answers[0].headers
    assert len(taken) == 4


def test_what_is_very_large_is_not_kept(manager: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "LARGEST", 50)
    answers = [manager.get(AGENTS) for _ in range(2)]
    assert len(taken) == 2
    for answer in answers:
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "miss")
        assert answer.headers["Cache-Control"] == "private, max-age=30"
    again = manager.get(AGENTS, headers={"If-None-Match": answers[0].headers["ETag"]})
    assert again.status_code == 304
    assert read_counts() == [ReadCounts("headcount", hits=0, waits=0, misses=3)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_changed", [False, True])
def test_nobody_waits_for_what_is_too_large_to_be_kept(
    manager: APIClient, monkeypatch: pytest.MonkeyPatch, has_changed: bool
) -> None:
    """Those who come after it is known compute it side by side, also where everything changes meanwhile."""
    monkeypatch.setattr(caching, "LARGEST", 50)
    manager.get(AGENTS)
    if has_changed:
        make_user()
    side_by_side, compute = Barrier(5), caching._answer_of

    def together(response: Response) -> object:
        side_by_side.wait(keeping.LONGEST_WAIT / 2)  # a queue would not let all in before
        return compute(response)

    def ask() -> int:
        try:
            return manager.get(AGENTS).status_code
        finally:
            connection.close()

    monkeypatch.setattr(caching, "_answer_of", together)
    assert at_once(5, ask) == [200] * 5


def test_who_waited_for_what_turns_out_too_large_takes_it_without_a_queue(
    waiting: Callable[[int], bool],
) -> None:
    begun = Event()

    def take_nothing() -> None:
        begun.set()
        assert waiting(5)

    def wait() -> tuple[object, Way]:
        kept, way = kept_exactly("x", version=lambda: 1, take=never)
        return kept.value, way

    def never() -> None:
        raise AssertionError

    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(lambda: kept_exactly("x", version=lambda: 1, take=take_nothing))
        assert begun.wait(30)
        others = at_once(5, wait)
        assert leader.result(30)[0].value is None
    assert others == [(None, Way.WAIT)] * 5


def test_after_a_minute_it_is_tried_again_whether_it_can_be_kept() -> None:
    now = timezone.now()
    kept = Kept(value=None, at=now, took=timedelta(0), version=1)
    assert kept.is_of(2, now + NOT_KEPT_FOR - timedelta(seconds=1))
    assert not kept.is_of(1, now + NOT_KEPT_FOR)


def test_no_cache_takes_it_anew_for_everybody(manager: APIClient) -> None:
    manager.get(AGENTS)
    assert manager.get(AGENTS, headers={"Cache-Control": "no-cache"}).headers["X-Cache"] == "miss"
    assert ways(manager, AGENTS) == ["hit"]
    assert len(taken) == 2


def test_another_business_day_is_another_answer(manager: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    manager.get(AGENTS)
    tomorrow = business_day() + timedelta(days=1)
    monkeypatch.setattr(caching, "business_day", lambda: tomorrow)
    assert ways(manager, AGENTS) == ["miss"]


def test_after_five_minutes_it_is_taken_anew() -> None:
    now = timezone.now()
    kept = Kept(value=1, at=now, took=timedelta(hours=1), version=(1,))
    assert kept.is_of((1,), now + LONGEST_KEPT - timedelta(seconds=1))
    assert not kept.is_of((1,), now + LONGEST_KEPT)
    assert not kept.is_of((2,), now)


@pytest.mark.django_db(transaction=True)
def test_others_are_answered_from_what_is_kept_until_the_commit(manager: APIClient) -> None:
    manager.get(AGENTS)
    with ThreadPoolExecutor(1) as pool:

        def ask() -> tuple[int, str]:
            try:
                answer = manager.get(AGENTS)
                return answer.json()["agents"], answer.headers["X-Cache"]
            finally:
                connection.close()

        with transaction.atomic():
            make_user()
            assert pool.submit(ask).result(30) == (0, "hit")
        assert pool.submit(ask).result(30) == (1, "miss")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], bool]:
    """Waits until so many threads have looked in vain whether another one is through."""
    seen: set[int] = set()
    look = keeping._found_since
    asked = Event()
    wanted = [0]

    def noted(name: str, moment: float, version: object) -> Kept[object] | None:
        found = look(name, moment, version)
        seen.add(get_ident())
        if wanted[0] and len(seen) > wanted[0]:  # the one that takes it has looked, too
            asked.set()
        return found

    def until(number: int) -> bool:
        wanted[0] = number
        return asked.wait(30)

    monkeypatch.setattr(keeping, "_found_since", noted)
    return until


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("headers", "most"),
    [
        ({}, 1),
        (
            {"Cache-Control": "no-cache"},
            2,
        ),  # whoever asked when it was being taken takes it once more, for all
    ],
)
def test_of_twenty_at_once_one_takes_it(
    manager: APIClient,
    waiting: Callable[[int], bool],
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    most: int,
) -> None:
    has_waited = []
    barrier = Barrier(20)
    get = caching._answer_of

    def slow(response: Response) -> object:
        has_waited.append(waiting(19))
        return get(response)

    def ask(_: int) -> tuple[int, str]:
        try:
            barrier.wait(30)
            answer = manager.get(AGENTS, headers=headers)
            return answer.status_code, answer.headers["X-Cache"]
        finally:
            connection.close()

    monkeypatch.setattr(caching, "_answer_of", slow)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    misses = len(has_waited)
    assert (set(has_waited), 1 <= misses <= most) == ({True}, True), has_waited
    assert sorted(answers) == [(200, "hit")] * (20 - misses) + [(200, "miss")] * misses
    assert read_counts() == [ReadCounts("headcount", hits=0, waits=20 - misses, misses=misses)]


def at_once(calls: int, ask: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(calls) as pool:
        return [one.result(60) for one in [pool.submit(ask) for _ in range(calls)]]


def test_however_fast_it_changes_nobody_waits_for_more_than_one_taking(
    waiting: Callable[[int], bool],
) -> None:
    """Each caller finds another version: what others begin to take after one has asked is good for that one."""
    versions, takes = count(), count(1)
    first = Event()

    def take() -> int:
        number = next(takes)
        if number == 1:
            first.set()
            assert waiting(9)
        return number

    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(lambda: kept_exactly("x", version=lambda: next(versions), take=take))
        assert first.wait(30)
        others = at_once(9, lambda: kept_exactly("x", version=lambda: next(versions), take=take)[0].value)
        assert leader.result(30)[0].value == 1
    assert others == [2] * 9


def test_what_was_begun_before_a_change_is_not_for_who_asks_after_it(waiting: Callable[[int], bool]) -> None:
    begun = Event()
    version = ["old"]

    def take_long() -> str:
        seen = version[0]
        begun.set()
        assert waiting(1)
        version[0] = "newer"
        return seen

    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(lambda: kept_exactly("x", version=lambda: version[0], take=take_long))
        assert begun.wait(30)
        version[0] = "new"
        kept, way = kept_exactly("x", version=lambda: version[0], take=lambda: version[0])
        assert (kept.value, way) == ("newer", Way.MISS)
        assert leader.result(30)[0].value == "old"
    assert kept_exactly("x", version=lambda: "newer", take=lambda: "never")[1] == Way.HIT


def test_one_that_hangs_does_not_hang_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LONGEST_WAIT", 0.05)
    assert keeping._lock(f"{settings.VERSION}:x").acquire(blocking=False)
    assert kept_exactly("x", version=lambda: 1, take=lambda: "own")[1] == Way.MISS
    assert kept_exactly("x", version=lambda: 1, take=lambda: "never")[1] == Way.HIT


def test_what_cannot_be_taken_leaves_no_lock_behind() -> None:
    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        kept_exactly("x", version=lambda: 1, take=fail)
    assert not keeping._lock(f"{settings.VERSION}:x").locked()


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache's own client and ours find nobody listening."""
    gone = redis.Redis(connection_pool=redis.ConnectionPool.from_url("unix:///nonexistent.sock"))
    monkeypatch.setattr(caches["default"]._cache, "get_client", lambda *args, **options: gone)  # type: ignore[attr-defined]
    for module in (keeping, cache_counts):
        monkeypatch.setattr(module, "redis_client", lambda: gone)


def test_without_redis_it_is_computed_each_time(manager: APIClient, no_redis: None) -> None:
    assert ways(manager, AGENTS, AGENTS) == ["miss", "miss"]
    assert manager.get(AGENTS, headers={"Cache-Control": "no-cache"}).status_code == 200
    assert len(taken) == 3
    with pytest.raises(CommandError, match="REDIS_URL"):
        call_command("cache_stats")


@pytest.mark.parametrize("part", ["_keep", "_release"])
def test_where_redis_goes_away_in_the_middle_it_is_taken_once(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*args: object, **options: object) -> None:
        raise redis.RedisError

    takes = count(1)
    monkeypatch.setattr(keeping, part, unreachable)
    assert kept_exactly("x", version=lambda: 1, take=lambda: next(takes))[0].value == 1


def test_hits_and_misses_are_counted_and_shown(manager: APIClient) -> None:
    out = io.StringIO()
    call_command("cache_stats", stdout=out)
    assert out.getvalue() == "No cached read was asked for yet.\n"
    ways(manager, *[AGENTS] * 4, f"{AGENTS}?a=1")
    call_command("cache_stats", "--days", "7", stdout=out)
    rows = [line.split() for line in out.getvalue().splitlines()[1:]]
    assert rows[0] == ["read", "hit", "wait", "miss", "hit", "rate"]
    assert rows[1] == ["headcount", "3", "0", "2", "60.0%"]
    assert rows[2] == ["all", "3", "0", "2", "60.0%"]


def test_counts_are_of_the_day_and_go_after_a_while(
    manager: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways(manager, AGENTS, AGENTS)
    today = business_day()
    assert 0 < redis_client().ttl(cache_counts._key(today)) <= 35 * 24 * 3600
    monkeypatch.setattr(cache_counts, "business_day", lambda: today + timedelta(days=1))
    assert read_counts() == []
    assert read_counts(days=2) == [ReadCounts("headcount", hits=1, waits=0, misses=1)]


def test_another_release_does_not_answer_with_what_this_one_kept(
    manager: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.get(AGENTS)
    kept_exactly("x", version=lambda: 1, take=lambda: "of this one")
    monkeypatch.setattr(settings, "VERSION", "next")
    assert ways(manager, AGENTS) == ["miss"]
    assert kept_exactly("x", version=lambda: 1, take=lambda: "of the next")[0].value == "of the next"


def test_the_cache_keeps_its_client_and_the_other_commands_use_it() -> None:
    made: Any = caches["default"]
    assert made._cache.get_client("one") is made._cache.get_client("two", write=True) is redis_client()
    cache.set("kept-by-it", [1, "two"], timeout=60)
    assert cache.get("kept-by-it") == [1, "two"]
    assert cache.get("never-set") is None
