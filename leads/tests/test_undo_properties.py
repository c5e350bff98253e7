"""Whatever was done before and since: an undo brings back what nobody touched, and its undo brings it again."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.models import BulkOperation, Lead, LeadChange
from leads.services.bulk.undo.plan import ASSIGNMENT, FACTS, FOLLOWING_OUTCOME, OUTCOME, SCORES
from leads.services.bulk.undoing import undo_operation
from leads.tests.factories import make_lead
from leads.tests.undoing import MANAGER, edit, miscounted, operate, rows, sign_off

pytestmark = pytest.mark.django_db

LEADS, AGENTS = 3, 2
DISPOSITIONS = ["New", "Attempting", "Contacted", "Qualified", "Retained for Firm", "Returned", "Rejected"]
VALUES: dict[str, Any] = {
    "disposition": st.sampled_from(DISPOSITIONS),
    "disposition_reason": st.sampled_from(["", "no answer", "at fault"]),
    "assigned_agent_id": st.one_of(st.none(), st.integers(0, AGENTS - 1)),
    "city": st.sampled_from(["", "Alton", "Joliet"]),
    "tags": st.sampled_from([[], ["a"], ["a", 'b "c" \\', "{}"]]),
    "lead_value": st.sampled_from(["0.00", "35.00", "99999999.99"]),
    "consent_ip": st.sampled_from([None, "10.0.0.1", "2001:db8::1"]),
    "commercial_vehicle": st.sampled_from([None, True, False]),
    "date_of_birth": st.sampled_from([None, "1980-02-29"]),
    "notes": st.sampled_from(["", "line one\nline two\ttab", "\u2028 ünïcode 😀 \\u0041 %s"]),
}
fields = st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: VALUES[name] for name in names})
)
which = st.lists(st.integers(0, LEADS - 1), min_size=1, max_size=LEADS, unique=True)
steps = st.one_of(
    st.tuples(st.just("operate"), which, fields),
    st.tuples(st.just("edit"), st.integers(0, LEADS - 1), fields),
    st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
)


def with_agents(values: dict[str, Any], agents: list[User]) -> dict[str, Any]:
    agent = values.get("assigned_agent_id")
    return values if agent is None else {**values, "assigned_agent_id": agents[agent].pk}


def run(step: tuple[str, Any, Any], leads: list[Lead], agents: list[User]) -> None:
    verb, what, values = step
    if verb == "operate":
        operate([leads[n] for n in what], **with_agents(values, agents))
    elif verb == "edit":
        edit(leads[what], **with_agents(values, agents))
    else:
        waiting = BulkOperation.objects.filter(undone_by=None, changed_count__gt=0).order_by("created_at")
        if waiting:
            undo_operation(waiting[what % len(waiting)].pk, actor=MANAGER)
            sign_off()


def touched_by_hand(lead: Lead, since: int) -> set[str]:
    """Columns that somebody changed outside of any operation."""
    changes = LeadChange.objects.filter(lead_id=lead.pk, id__gt=since, operation=None)
    return {column for change in changes for column in change.changes}


def with_their_groups(touched: set[str]) -> set[str]:
    """What may stay because of them."""
    found = set(touched)
    for group in (OUTCOME | FOLLOWING_OUTCOME, ASSIGNMENT):
        found |= group if found & group else set()
    return found | (SCORES if found & FACTS else set())


def standing() -> dict[Any, dict[str, Any]]:
    return {pk: json.loads(row) for pk, row in rows().items()}


@settings(max_examples=60)
@given(
    earlier=st.lists(steps, max_size=4),
    operation=st.tuples(which, fields),
    since=st.lists(steps.filter(lambda step: step[0] != "undo"), max_size=4),
    undoes_since=st.booleans(),
)
def test_what_nobody_touched_goes_back_and_comes_again(
    earlier: list[Any], operation: Any, since: list[Any], undoes_since: bool
) -> None:
    agents = [make_user(max_capacity=50) for _ in range(AGENTS)]
    leads = [make_lead(quality_score=5) for _ in range(LEADS)]
    for step in earlier:
        run(step, leads, agents)
    before = standing()
    last = LeadChange.objects.latest("id").pk
    done = operate([leads[n] for n in operation[0]], **with_agents(operation[1], agents))
    for step in since:
        run(step, leads, agents)
    later = BulkOperation.objects.filter(created_at__gt=done.created_at, changed_count__gt=0)
    if undoes_since:
        for one in later.order_by("-created_at"):
            undo_operation(one.pk, actor=MANAGER)
            sign_off()
    elif later.exists():
        return  # touched by an operation that stands: the examples in test_undo.py

    if not done.changed_count:
        return
    stood = standing()
    undo = undo_operation(done.pk, actor=MANAGER)
    sign_off()
    after = standing()
    assert undo.failures == []
    assert miscounted() == []
    for lead in leads:
        touched = touched_by_hand(lead, last)
        was, now, stands = before[lead.pk], after[lead.pk], stood[lead.pk]
        assert {c: now[c] for c in touched - SCORES} == {c: stands[c] for c in touched - SCORES}
        by_hand = with_their_groups(touched)
        assert {c: now[c] for c in now if c not in by_hand} == {c: was[c] for c in was if c not in by_hand}
    if undo.changed_count:
        undo_operation(undo.pk, actor=MANAGER)
        sign_off()
        assert standing() == stood
        assert miscounted() == []
