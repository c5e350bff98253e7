"""What must hold when bulk calls run at the same instant, with each other and with everything else."""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.exceptions import DomainError
from crm.core.ids import uuid7
from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.choices import AssignmentStrategy
from leads.models import AgentTurn, BulkOperation, Decision, Lead, LeadChange
from leads.services.assignment import assign_lead
from leads.services.bulk.assigning import bulk_assign
from leads.services.bulk.by_hand import Wish
from leads.services.bulk.operations import Selection
from leads.services.bulk.updating import bulk_update
from leads.services.editing import update_lead
from leads.services.intake import receive_lead
from leads.tests.factories import make_lead, posted
from leads.tests.racing import at_once
from leads.tests.test_races import assert_capacity_equals_recount

pytestmark = pytest.mark.django_db(transaction=True)

MANAGER = Actor.system("tests")
COPIES = """
INSERT INTO leads_lead
SELECT copy.* FROM leads_lead model, unnest(%s::uuid[]) AS new_id,
       LATERAL jsonb_populate_record(model, jsonb_build_object('id', new_id, 'email', new_id || '@example.com') || %s) AS copy
 WHERE model.id = %s
"""


def make_leads(number: int) -> list[UUID]:
    """That many leads of different persons, by one statement."""
    ids = [uuid7() for _ in range(number)]
    with connection.cursor() as cursor:
        cursor.execute(COPIES, [ids, '{"phone": ""}', make_lead().pk])
    return ids


def assign(lead_ids: list[UUID], strategy: AssignmentStrategy) -> Counter[str]:
    done = bulk_assign(Selection.named(lead_ids), strategy=strategy, actor=MANAGER)
    return Counter(given=len(done.given), refused=len(done.failures))


def test_eight_threads_give_5000_leads_to_agents_with_3000_places() -> None:
    """Exactly 3,000 are given, each once; the counters are what a recount finds; and the turns are fair."""
    agents = [make_user(role=Role.AGENT, max_capacity=places) for places in [100] * 10 + [200] * 10]
    leads = make_leads(5_000)
    calls = [partial(assign, leads[n::8], AssignmentStrategy.ROUND_ROBIN) for n in range(8)]
    outcomes = at_once(calls)
    assert sum((one for one in outcomes if isinstance(one, Counter)), Counter()) == {
        "given": 3_000,
        "refused": 2_000,
    }, outcomes
    assert_capacity_equals_recount()
    assert Lead.objects.exclude(assigned_agent=None).count() == 3_000
    assert {agent.capacity - agent.max_capacity for agent in User.objects.agents()} == {0}
    assert LeadChange.objects.filter(action="bulk_assigned").count() == 3_000
    assert Decision.objects.count() == 3_000
    assert sum(BulkOperation.objects.values_list("changed_count", flat=True)) == 3_000
    assert max(AgentTurn.objects.values_list("turn", flat=True)) == 3_000
    assert len(agents) == AgentTurn.objects.count()


def test_round_robin_is_fair_across_calls_made_at_once() -> None:
    agents = [make_user(role=Role.AGENT) for _ in range(7)]
    leads = make_leads(8 * 14 + 3)
    parts = [leads[n::8] for n in range(8)]
    outcomes = at_once([partial(assign, part, AssignmentStrategy.ROUND_ROBIN) for part in parts])
    assert not [one for one in outcomes if isinstance(one, Exception)]
    held = [agent.capacity for agent in User.objects.agents()]
    assert sum(held) == len(leads)
    assert max(held) - min(held) <= 1
    assert len(agents) == 7


class Crowd:
    """What people do to the same leads, each in an order of its own."""

    def __init__(self, leads: list[UUID], agents: list[User]) -> None:
        self.leads, self.emails = leads, [agent.email for agent in agents]
        self.dice = random.Random(7)

    def by_strategy(self, strategy: AssignmentStrategy) -> None:
        bulk_assign(self._shuffled(), strategy=strategy, actor=MANAGER)

    def by_hand(self) -> None:
        two = self.dice.sample(self.emails, 2)  # the leads' own agents are others
        wishes = [Wish(lead_id, self.dice.choice(two)) for lead_id in self._some(20)]
        bulk_assign(
            Selection.named(wish.lead_id for wish in wishes),
            strategy=AssignmentStrategy.MANUAL,
            assignments=wishes,
            actor=MANAGER,
        )

    def move(self, disposition: str) -> None:
        changes = {"disposition": disposition, "disposition_reason": "race"}
        bulk_update(self._shuffled(), changes=changes, actor=MANAGER)

    def singly(self) -> None:
        changes = {"disposition": "Contacted", "city": "Peoria"}
        for lead_id in self._some(12):
            with contextlib.suppress(DomainError):
                assign_lead(lead_id, agent_email=self.dice.choice(self.emails), actor=MANAGER)
                update_lead(lead_id, changes=changes, actor=MANAGER)

    def receive(self) -> None:
        for _ in range(6):
            receive_lead({**posted(), "vendor_code": "RACING"}, actor=MANAGER)

    def _shuffled(self) -> Selection:
        return Selection.named(self._some(len(self.leads)))

    def _some(self, number: int) -> list[UUID]:
        return self.dice.sample(self.leads, number)


def test_everything_at_once_keeps_to_the_capacity_and_never_deadlocks() -> None:
    """Bulk calls over the same leads in different orders, single assignments, edits and intake."""
    make_agency(code="RACING")
    crowd = Crowd(make_leads(40), [make_user(role=Role.AGENT, max_capacity=12) for _ in range(4)])

    def often(act: Callable[[], None]) -> None:
        for _ in range(4):
            act()

    acts: list[Callable[[], None]] = [
        partial(crowd.by_strategy, AssignmentStrategy.ROUND_ROBIN),
        partial(crowd.by_strategy, AssignmentStrategy.CAPACITY_BASED),
        partial(crowd.move, "Rejected"),
        partial(crowd.move, "Contacted"),
        crowd.by_hand,
        crowd.singly,
        crowd.receive,
    ]
    assert at_once([partial(often, act) for act in acts]) == [None] * len(acts)
    assert_capacity_equals_recount()


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """A second connection, as another process would have."""
    other = connections.create_connection("default")
    yield other
    other.close()


def test_a_person_that_comes_in_at_that_moment_keeps_its_lead_a_duplicate(elsewhere: Any) -> None:
    """The other transaction has not ended when bulk-update looks, so it finds no twin; the database's guard waits
    for it, and refuses. The call is done anew: this lead fails, the other one goes through.
    """
    twin, fine = make_lead(disposition="Duplicate"), make_lead(disposition="Duplicate")
    outcome: list[Any] = []

    def reopen() -> None:
        selection = Selection.named([twin.pk, fine.pk])
        outcome.extend(
            at_once([partial(bulk_update, selection, changes={"disposition": "New"}, actor=MANAGER)])
        )

    with elsewhere.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(COPIES, [[uuid7()], '{"disposition": "New"}', twin.pk])
        caller = Thread(target=reopen)
        caller.start()
        wait_until("SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        cursor.execute("COMMIT")
        caller.join(timeout=30)
    assert [failure.code for failure in outcome[0].failures.values()] == ["duplicate_lead"]
    assert outcome[0].updated == {fine.pk}
    assert BulkOperation.objects.count() == 1
    assert set(Lead.objects.filter(pk__in=[twin.pk, fine.pk]).values_list("pk", "disposition")) == {
        (twin.pk, "Duplicate"),
        (fine.pk, "New"),
    }


def wait_until(question: str, seconds: float = 10) -> None:
    """Ask the database until it says yes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(question)
            if cursor.fetchone() == (True,):
                return
    raise AssertionError(f"not within {seconds} s: {question}")
