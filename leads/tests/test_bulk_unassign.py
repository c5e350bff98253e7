"""Many leads back into the pool, in one operation."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.ids import uuid7
from crm.core.models import OutboxEvent
from crm.core.tests.factories import make_user
from leads.choices import OperationKind
from leads.exceptions import NotAllowed
from leads.models import BulkOperation, Decision, LeadChange
from leads.services.bulk.operations import Selection
from leads.services.bulk.unassigning import bulk_unassign
from leads.services.bulk.undoing import undo_operation
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

MANAGER = Actor.system("tests")
STATEMENTS = 10  # savepoint and its end, record, signature, leads, agents, write, decisions, event, record


def unassign(*lead_ids: Any, actor: Actor = MANAGER) -> Any:
    return bulk_unassign(Selection.named(lead_ids), reason="on holiday", actor=actor)


def test_leads_go_back_and_give_back_their_places() -> None:
    agent = make_user(role=Role.AGENT)
    held = [make_lead(assigned_agent=agent), make_lead(assigned_agent=agent)]
    pooled, missing = make_lead(), uuid7()
    done = unassign(*(lead.pk for lead in held), pooled.pk, missing)
    operation = BulkOperation.objects.get()
    assert (operation.kind, operation.reason) == (OperationKind.UNASSIGN, "on holiday")
    assert (operation.changed_count, operation.unchanged_count, operation.failed_count) == (2, 1, 1)
    assert [(one.lead_id, one.code) for one in done.failures] == [(missing, "not_found")]
    assert done.unassigned == {lead.pk for lead in held}
    agent.refresh_from_db()
    assert agent.capacity == 0
    for lead in held:
        lead.refresh_from_db()
        assert (lead.assigned_agent, lead.assigned_at) == (None, None)
        change = LeadChange.objects.filter(lead_id=lead.pk).latest("id")
        assert (change.action, change.operation, change.reason) == (
            "bulk_unassigned", operation.pk, "on holiday"
        )  # fmt: skip
        reason = Decision.objects.filter(lead_id=lead.pk).latest("pk").document["assignment"]
        assert (reason["chosen"], reason["operation"]) == (None, str(operation.pk))
    assert not Decision.objects.filter(lead_id=pooled.pk).exists()
    news = OutboxEvent.objects.get(topic="leads.bulk_changed").payload
    assert (news["kind"], news["fields"], news["count"]) == ("unassign", ["assigned_agent"], 2)


def test_undoing_it_gives_the_leads_to_their_agents_again() -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=agent)
    done = unassign(lead.pk)
    undo_operation(done.operation.pk, actor=MANAGER)
    agent.refresh_from_db()
    lead.refresh_from_db()
    assert (lead.assigned_agent, agent.capacity) == (agent, 1)


def test_agents_take_nothing_back_themselves() -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=agent)
    with pytest.raises(NotAllowed):
        unassign(lead.pk, actor=agent.actor(Source.API))
    assert not BulkOperation.objects.exists()


@pytest.mark.parametrize("number", [3, 30])
def test_more_leads_cost_no_more_statements(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    agents = [make_user(role=Role.AGENT) for _ in range(3)]
    leads = [make_lead(assigned_agent=agents[position % 3]) for position in range(number)]
    with django_assert_num_queries(STATEMENTS):
        unassign(*(lead.pk for lead in leads))
