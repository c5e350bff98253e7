"""Counters under a storm: writers on every path, folders, a rebuild, and somebody who compares all the while."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random

import pytest
from django.db import connection, transaction

from agencies.models import Agency
from agencies.tests.factories import make_agency
from analytics.services.counting import Difference, differing_counts, fold_counts, rebuild_counts
from crm.core.actors import Actor
from crm.core.exceptions import DomainError
from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.models import Lead
from leads.services.assignment import assign_lead, unassign_lead
from leads.services.editing import delete_lead, update_lead
from leads.services.intake import receive_lead
from leads.tests.factories import make_lead, posted
from leads.tests.racing import at_once

SYSTEM = Actor.system("test")
WORKED = ["Contacted", "Qualified", "In Progress", "Docs Sent"]


def any_lead(random: Random) -> Lead:
    return random.choice(list(Lead.objects.order_by("pk")[:60]))


def post(random: Random) -> None:
    receive_lead(posted(vendor_code=random.choice(list(Agency.objects.all())).pk), actor=SYSTEM)


def give(random: Random) -> None:
    assign_lead(
        any_lead(random).pk, agent_email=random.choice(list(User.objects.agents())).email, actor=SYSTEM
    )


def take(random: Random) -> None:
    unassign_lead(any_lead(random).pk, reason="storm", actor=SYSTEM)


def work(random: Random) -> None:
    update_lead(any_lead(random).pk, changes={"disposition": random.choice(WORKED)}, actor=SYSTEM)


def delete(random: Random) -> None:
    delete_lead(any_lead(random).pk, actor=SYSTEM)


def write_by_hand(random: Random) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET lead_value = lead_value + 1 WHERE id IN"
            " (SELECT id FROM leads_lead WHERE vendor_code = %s ORDER BY id LIMIT 5 FOR UPDATE SKIP LOCKED)",
            [random.choice(list(Agency.objects.all())).pk],
        )


def roll_back(random: Random) -> None:
    with transaction.atomic():
        make_lead(random.choice(list(Agency.objects.all())))
        transaction.set_rollback(True)


DEEDS: list[Callable[[Random], None]] = [post, give, take, work, delete, write_by_hand, roll_back]


def write(seed: int) -> list[Difference]:
    random = Random(seed)
    for _ in range(25):
        with suppress(DomainError):
            random.choice(DEEDS)(random)
    return []


def fold() -> list[Difference]:
    for _ in range(30):
        fold_counts()
    return []


def rebuild() -> list[Difference]:
    for _ in range(3):
        rebuild_counts()
    return []


def compare() -> list[Difference]:
    return [difference for _ in range(4) for difference in differing_counts()]


@pytest.mark.django_db(transaction=True)
def test_a_storm_leaves_no_difference_and_at_no_moment_of_it_was_there_one() -> None:
    agencies = [make_agency(code=f"STORM{n}") for n in range(3)]
    for number in range(60):
        make_lead(agencies[number % 3], campaign_source=f"c{number % 5}")
    for _ in range(3):
        make_user(max_capacity=500)
    calls: list[Callable[[], list[Difference]]] = [partial(write, seed) for seed in range(6)]
    outcomes = at_once([*calls, fold, rebuild, compare])
    assert [one for one in outcomes if one] == [], outcomes
    assert differing_counts() == []
    fold_counts()
    assert differing_counts() == []
