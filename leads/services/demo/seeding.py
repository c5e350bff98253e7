"""Filling the database with the demo world."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from crm.core.choices import Role
from crm.core.clock import business_zone
from crm.core.models import User
from leads.models import Lead
from leads.services.demo.accounts import address, create_accounts, working_agents
from leads.services.demo.agencies import PROFILES
from leads.services.demo.arrivals import Arrival, draw_arrivals
from leads.services.demo.crashes import CrashLog
from leads.services.demo.founding import found_agencies
from leads.services.demo.people import People
from leads.services.demo.standing import Place, draw_places
from leads.services.demo.world import Story, World, senders
from leads.services.demo.writing import analyze_tables, write_batch
from leads.services.intake import IntakeContext

BATCH = 2000
EXPLAINED = 10_000  # the newest leads keep their decisions; all of them would double the time and the disk
CRASHES = Path("shared", "data", "nyc-collisions.csv")
LOCK = 7302  # advisory: one seeding at a time, or two would give out the same numbers


class SeedingRuns(Exception):
    """Another process is seeding this database."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was drawn from: where the crashes are from."""

    crashes: str


def is_empty() -> bool:
    """Whether there are neither leads nor people."""
    return not Lead.objects.exists() and not User.objects.get_queryset().exists()


def seed_demo(count: int, *, seed: int, now: datetime, on_progress: Callable[[int], None]) -> Seeded:
    """Add `count` leads of the year before `now`, and agencies and accounts where they are missing.

    The same `seed` on the same leads at the same time makes the same world. `on_progress` is told how many
    leads each batch stored. Raises SeedingRuns.
    """
    with _alone():
        with transaction.atomic():
            found_agencies(count)
            create_accounts(now)
        crashes = CrashLog.load(settings.BASE_DIR.parent / CRASHES)
        _store(_draw(count, seed=seed, now=now, crashes=crashes), _account_ids(), on_progress)
        analyze_tables()
    return Seeded(crashes.origin)


def _draw(count: int, *, seed: int, now: datetime, crashes: CrashLog) -> Iterator[Story]:
    """The stories, oldest first, drawn as they are asked for; all reads of the database are done before the first."""
    existing = Lead.objects.count()
    random, zone, agents = Random(f"{seed}:{existing}"), business_zone(), working_agents()
    arrivals = draw_arrivals(count, profiles=PROFILES, now=now, zone=zone, random=random)
    places = draw_places(arrivals, agents=agents, now=now, random=random)
    world = World(
        people=People(random, seed=seed, taken=_taken(), first_serial=100 + existing),
        crashes=crashes,
        context=IntakeContext.load(),
        agents=agents,
        manager=_manager(),
        senders=senders(_vendor_accounts()),
        now=now,
        zone=zone,
        random=random,
    )
    return _explained_at_the_end(world, arrivals, places)


def _explained_at_the_end(world: World, arrivals: list[Arrival], places: list[Place]) -> Iterator[Story]:
    first_explained = len(arrivals) - EXPLAINED
    for number, story in enumerate(world.stories(arrivals, places)):
        yield story if number >= first_explained else replace(story, decisions={})


def _store(stories: Iterator[Story], account_ids: dict[str, int], on_progress: Callable[[int], None]) -> None:
    """Write batch by batch; the next one is drawn in a thread while the database is at work."""
    with ThreadPoolExecutor(max_workers=1) as drawer:

        def draw_ahead() -> list[Story]:
            return list(islice(stories, BATCH))

        ahead = drawer.submit(draw_ahead)
        while batch := ahead.result():
            ahead = drawer.submit(draw_ahead)
            write_batch(batch, account_ids)
            on_progress(len(batch))


def _taken() -> set[str]:
    """The demo numbers and addresses given out by earlier runs."""
    used = Lead.objects.filter(Q(phone__startswith="+1") | Q(email__contains="@example."))
    return {
        value for pair in used.order_by().values_list("phone", "email").iterator() for value in pair if value
    }


def _account_ids() -> dict[str, int]:
    return dict(User.objects.values_list("email", "pk"))


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
            raise SeedingRuns("Another seed_demo is running on this database.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
