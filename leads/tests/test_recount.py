"""Counts of open leads are those of the leads, whatever happens; where somebody went round the triggers they are mended."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.exceptions import DomainError
from crm.core.generations import generations
from crm.core.models import User
from crm.core.services.accounts import update_user
from crm.core.tests.factories import make_user
from leads.models import Lead
from leads.services.agents import deactivate_agent
from leads.services.assignment import assign_lead, unassign_lead
from leads.services.editing import delete_lead, update_lead
from leads.services.intake import receive_lead
from leads.services.recounting import differing_capacities, mend_capacities
from leads.tests.factories import make_lead, posted
from leads.tests.racing import at_once, wait_until_somebody_waits

SYSTEM = Actor.system("test")


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("recount_capacity", *arguments, stdout=out)
    return out.getvalue()


def go_round_the_triggers(agent: User, *, by: int) -> None:
    """As a restore with triggers off leaves it: a count that is not the leads'."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to do cannot be altered
        cursor.execute("ALTER TABLE leads_lead DISABLE TRIGGER leads_capacity_insert")
        for _ in range(by):
            make_lead(assigned_agent=agent)
        cursor.execute("ALTER TABLE leads_lead ENABLE TRIGGER leads_capacity_insert")


@pytest.mark.django_db
def test_right_counts_are_left_alone() -> None:
    make_lead(assigned_agent=make_user(role=Role.AGENT))
    assert told() == told("--check") == "Every count of open leads is right.\n"


@pytest.mark.django_db
def test_a_wrong_count_is_shown_and_with_check_left() -> None:
    agent = make_user(role=Role.AGENT, email="wrong@example.com")
    make_lead(assigned_agent=agent)
    go_round_the_triggers(agent, by=2)
    out = StringIO()
    with pytest.raises(CommandError, match="1 count of open leads wrong; run") as refusal:
        call_command("recount_capacity", "--check", stdout=out)
    assert refusal.value.returncode == 1
    assert out.getvalue().splitlines()[1].split() == ["wrong@example.com", "1", "3", "+2"]
    agent.refresh_from_db()
    assert agent.capacity == 1


@pytest.mark.django_db
def test_a_wrong_count_is_mended_in_either_direction() -> None:
    under, over, right = (make_user(role=Role.AGENT) for _ in range(3))
    go_round_the_triggers(under, by=3)
    User.objects.filter(pk=over.pk).update(capacity=7)
    make_lead(assigned_agent=right)
    before = generations(["agents"])
    assert "2 counts of open leads mended." in told()
    assert generations(["agents"]) != before  # numbers that show them are computed anew
    for agent, count in ((under, 3), (over, 0), (right, 1)):
        agent.refresh_from_db()
        assert agent.capacity == count
    assert mend_capacities() == []


@pytest.mark.django_db(transaction=True)
def test_a_count_that_moves_while_it_is_mended_comes_out_right() -> None:
    agent = make_user(role=Role.AGENT)
    User.objects.filter(pk=agent.pk).update(capacity=5)

    def mend() -> object:
        try:
            return mend_capacities()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            make_lead(assigned_agent=agent)
            mended = pool.submit(mend)  # has seen a count of 5, and no lead
            wait_until_somebody_waits()
        mended.result(timeout=30)
    agent.refresh_from_db()
    assert agent.capacity == 1


@pytest.mark.django_db(transaction=True)
def test_no_storm_of_writes_makes_a_difference_even_while_counts_are_mended() -> None:
    make_user(role=Role.ADMIN)
    agents = [make_user(role=Role.AGENT, max_capacity=8) for _ in range(4)]
    leads = [make_lead(assigned_agent=agents[number % 4]) for number in range(24)]
    User.objects.filter(pk=agents[0].pk).update(capacity=2)  # wrong from the beginning

    def act(dice: Random) -> None:
        lead, agent = dice.choice(leads), dice.choice(agents)
        with suppress(DomainError):  # full, gone, not allowed: what matters is what is left
            dice.choice(
                [
                    lambda: assign_lead(lead.pk, agent_email=agent.email, actor=SYSTEM),
                    lambda: unassign_lead(lead.pk, reason="storm", actor=SYSTEM),
                    lambda: update_lead(
                        lead.pk,
                        changes={"disposition": "Not Interested", "disposition_reason": "storm"},
                        actor=SYSTEM,
                    ),
                    lambda: update_lead(lead.pk, changes={"disposition": "Contacted"}, actor=SYSTEM),
                    lambda: delete_lead(lead.pk, actor=SYSTEM),
                    lambda: receive_lead(posted(vendor_code="TESTAGENCY"), actor=SYSTEM),
                    lambda: Lead.objects.filter(assigned_agent=agent).update(priority="high"),
                    lambda: deactivate_agent(agents[3].pk, actor=SYSTEM),
                    lambda: update_user(user=agents[3], actor=SYSTEM, fields={"is_active": True}),
                    mend_capacities,
                ]
            )()

    def storm(seed: int) -> Callable[[], None]:
        def run() -> None:
            dice = Random(seed)
            for _ in range(25):
                act(dice)

        return run

    assert at_once([storm(seed) for seed in range(6)]) == [None] * 6
    mend_capacities()  # the count that was wrong from the beginning, in case no thread drew it
    assert differing_capacities() == []
    for agent in User.objects.agents():
        assert agent.capacity == Lead.objects.open().filter(assigned_agent=agent).count()
