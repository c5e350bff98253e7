"""How far a lead ever got: kept by the database, never lost by a way out, taken back by an undo."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.choices import STAGES, WAYS_OUT, Disposition
from leads.models import Lead, LeadChange
from leads.selectors.history import history_of
from leads.services.bulk.undoing import undo_operation
from leads.services.demo.seeding import seed_demo
from leads.tests.factories import make_lead
from leads.tests.undoing import MANAGER, edit, operate, sign_off

pytestmark = pytest.mark.django_db

D = Disposition
MIGRATION = import_module("leads.migrations.0012_furthest_stage")


def stage_of(lead: Lead) -> Disposition:
    lead.refresh_from_db()
    return STAGES[lead.furthest_stage]


def furthest_told(lead: Lead) -> int:
    """By its history alone: the furthest of the dispositions it was created with or moved to."""
    told = [
        change.changes["disposition"]
        for change in LeadChange.objects.filter(lead_id=lead.pk)
        if "disposition" in change.changes
    ]
    return max([STAGES.index(D(new)) for _, new in told if D(new) in STAGES], default=0)


def test_a_new_lead_has_got_nowhere() -> None:
    assert stage_of(make_lead()) == D.NEW


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_a_way_out_takes_nothing_away(way_out: Disposition) -> None:
    lead = make_lead()
    edit(lead, disposition=D.DOCS_SENT)
    edit(lead, disposition=way_out, disposition_reason="told so")
    assert stage_of(lead) == D.DOCS_SENT


def test_a_step_back_takes_nothing_away() -> None:
    lead = make_lead()
    edit(lead, disposition=D.QUALIFIED)
    edit(lead, disposition=D.CONTACTED)
    assert stage_of(lead) == D.QUALIFIED


def test_what_a_lead_shows_of_itself_counts_where_nobody_saw_it_go_there() -> None:
    """As an import brings it: lost by now, but spoken to, or signed."""
    now = make_lead().created_at
    lost: dict[str, Any] = {"disposition": D.NOT_INTERESTED, "disposition_reason": "another firm"}
    assert stage_of(make_lead(**lost, first_contact_at=now)) == D.CONTACTED
    assert stage_of(make_lead(**lost, closed_date=now)) == D.RETAINED
    assert stage_of(make_lead(disposition=D.CLOSED)) == D.CLOSED


def test_an_undo_takes_it_back_with_the_outcome() -> None:
    """A manager who closed the wrong leads in bulk does not find them in the funnel afterwards."""
    lead = make_lead()
    edit(lead, disposition=D.CONTACTED)
    operation = operate([lead], disposition=D.CLOSED)
    assert stage_of(lead) == D.CLOSED
    undo_operation(operation.pk, actor=MANAGER)
    sign_off()
    assert stage_of(lead) == D.CONTACTED


def test_readers_of_the_history_are_not_told_of_it() -> None:
    lead = make_lead()
    edit(lead, disposition=D.QUALIFIED)
    assert "furthest_stage" in LeadChange.objects.filter(lead_id=lead.pk).latest("pk").changes
    assert "furthest_stage" not in history_of(lead.pk, MANAGER)[0]["changes"]


@given(st.lists(st.sampled_from(list(D)), max_size=6))
@settings(max_examples=40)
def test_it_is_the_furthest_that_the_history_tells_of(way: list[Disposition]) -> None:
    lead = make_lead()
    for disposition in way:
        edit(lead, disposition=disposition, disposition_reason="told so")
    assert stage_of(lead) == STAGES[furthest_told(lead)]


def test_leads_from_before_get_it_from_their_history() -> None:
    lead, untouched = make_lead(), make_lead()
    edit(lead, disposition=D.IN_PROGRESS)
    edit(lead, disposition=D.REJECTED, disposition_reason="at fault")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE leads_lead DISABLE TRIGGER USER")
        cursor.execute("UPDATE leads_lead SET furthest_stage = 0")
        cursor.execute("ALTER TABLE leads_lead ENABLE TRIGGER USER")
    MIGRATION.fill(None, SimpleNamespace(connection=connection))
    assert (stage_of(lead), stage_of(untouched)) == (D.IN_PROGRESS, D.NEW)


def test_demo_leads_have_what_their_stories_tell() -> None:
    seed_demo(200, seed=7, now=make_lead().created_at, on_progress=lambda done: None)
    leads_told = list(Lead.objects.all())
    assert [lead.furthest_stage for lead in leads_told] == [furthest_told(lead) for lead in leads_told]
    assert {lead.disposition in WAYS_OUT for lead in leads_told if lead.furthest_stage > 2} == {True, False}
