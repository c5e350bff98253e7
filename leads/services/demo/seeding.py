"""Filling the database with the demo world."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from crm.core.choices import Role
from crm.core.clock import business_zone
from crm.core.models import User
from leads.models import Lead
from leads.services.demo.accounts import Agent, address, create_accounts, working_agents
from leads.services.demo.agencies import PROFILES
from leads.services.demo.arrivals import draw_arrivals
from leads.services.demo.crashes import CrashLog
from leads.services.demo.dice import Dice
from leads.services.demo.founding import found_agencies
from leads.services.demo.identities import draw_identities
from leads.services.demo.people import People
from leads.services.demo.rendering import Draft, Page, render
from leads.services.demo.standing import draw_places
from leads.services.demo.world import Newcomer, World, senders
from leads.services.demo.writing import analyze_tables, write_page
from leads.services.intake import IntakeContext

PAGE = 2000  # leads
WORTH_PROCESSES = 3  # pages; below, starting processes costs more than they save
EXPLAINED = 10_000  # the newest leads keep their decisions; all of them would double the time and the disk
CRASHES = Path("shared", "data", "nyc-collisions.csv")
LOCK = 7302  # advisory: one seeding at a time, or two would give out the same numbers


class SeedingRunsError(Exception):
    """Another process is seeding this database."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was drawn from: where the crashes are from."""

    crashes: str


def is_empty() -> bool:
    """Whether there are neither leads nor people."""
    return not Lead.objects.exists() and not User.objects.get_queryset().exists()


def seed_demo(count: int, *, seed: int, now: datetime, on_progress: Callable[[int], object]) -> Seeded:
    """Add `count` leads of the year before `now`, and agencies and accounts where they are missing.

    The same `seed` on the same leads at the same time makes the same world. `on_progress` is told how many
    leads each batch stored. Raises SeedingRunsError.
    """
    with _alone():
        with transaction.atomic():
            found_agencies(count)
            create_accounts(now)
        key = f"{seed}:{Lead.objects.count()}"
        world = _world(seed, now)
        newcomers = _newcomers(count, now=now, agents=world.agents, random=Dice(key))
        account_ids = dict(User.objects.values_list("email", "pk"))
        for page in _pages(world, list(_drafts(newcomers, key))):
            write_page(page, account_ids)
            on_progress(page.size)
        analyze_tables()
    return Seeded(world.crashes.origin)


def _world(seed: int, now: datetime) -> World:
    return World(
        people=People(seed),
        crashes=CrashLog.load(settings.BASE_DIR.parent / CRASHES),
        context=IntakeContext.load(),
        agents=working_agents(),
        manager=_manager(),
        senders=senders(_vendor_accounts()),
        now=now,
        zone=business_zone(),
    )


def _newcomers(count: int, *, now: datetime, agents: list[Agent], random: Dice) -> list[Newcomer]:
    """Everyone who comes in, oldest first."""
    arrivals = draw_arrivals(count, profiles=PROFILES, now=now, zone=business_zone(), random=random)
    places = draw_places(arrivals, agents=agents, now=now, random=random)
    identities = draw_identities(arrivals, taken=_taken(), random=random)
    return [Newcomer(*parts) for parts in zip(arrivals, places, identities, strict=True)]


def _drafts(newcomers: list[Newcomer], seed: str) -> Iterator[Draft]:
    for start in range(0, len(newcomers), PAGE):
        is_explained = start + PAGE > len(newcomers) - EXPLAINED
        yield Draft(newcomers[start : start + PAGE], f"{seed}:{start}", is_explained)


def _pages(world: World, drafts: list[Draft]) -> Iterator[Page]:
    """The pages in order; drawn by other processes where there is more than a little to do."""
    if len(drafts) < WORTH_PROCESSES or sys.platform != "linux":  # elsewhere forking is not safe
        yield from (render(world, draft) for draft in drafts)
        return
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        ahead: deque[Future[Page]] = deque()
        for draft in drafts:
            ahead.append(pool.submit(render, world, draft))
            if len(ahead) > workers + 1:  # no more pages in memory than keep the processes busy
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _taken() -> set[str]:
    """The demo numbers and addresses given out by earlier runs."""
    used = Lead.objects.filter(Q(phone__startswith="+1") | Q(email__contains="@example."))
    return {
        value for pair in used.order_by().values_list("phone", "email").iterator() for value in pair if value
    }


def _vendor_accounts() -> dict[str, str]:
    vendors = (
        User.objects.get_queryset().filter(role=Role.VENDOR, email__endswith=address("")).order_by("-pk")
    )
    return dict(vendors.values_list("vendor_code", "email"))


def _manager() -> tuple[int, str]:
    manager = User.objects.get(email=address("manager"))
    return manager.pk, manager.email


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the seeding lock of this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise SeedingRunsError("Another seed_demo is running on this database.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
