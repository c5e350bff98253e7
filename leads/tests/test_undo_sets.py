"""An undo is set-based, and holds when others write at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.exceptions import CapacityExceeded, DuplicateLead
from leads.models import BulkOperation, Lead
from leads.services.assignment import assign_lead
from leads.services.bulk.undo import writing
from leads.services.bulk.undo.exceptions import AlreadyUndone
from leads.services.bulk.undoing import undo_operation
from leads.services.editing import delete_lead
from leads.services.intake import IntakeContext, receive_lead
from leads.services.merging.merging import merge_leads
from leads.tests.factories import make_lead, posted
from leads.tests.import_files import csv_file, imported, people
from leads.tests.racing import at_once, wait_until_somebody_waits
from leads.tests.undoing import MANAGER, miscounted, operate, rows, sign_off

# With the savepoints that a test's own transaction makes of ours.
COLUMNS_STATEMENTS = 17
SCORES_STATEMENTS = 20
DELETION_STATEMENTS = 16
RETURN_STATEMENTS = 18


def many_leads(count: int, agent: User) -> list[Lead]:
    """Leads of one agent, stored at once."""
    template = make_lead()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO leads_lead SELECT (jsonb_populate_record(l, jsonb_build_object(
                 'id', gen_random_uuid(), 'email', n || '@example.net', 'phone', '+1312555' || lpad(n::text, 4, '0'),
                 'assigned_agent_id', %s))).*
               FROM leads_lead l, generate_series(1, %s) n WHERE l.id = %s""",
            [agent.pk, count, template.pk],
        )
    return list(Lead.objects.filter(assigned_agent=agent))


def statements(operation: BulkOperation) -> tuple[BulkOperation, list[str]]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        undo = undo_operation(operation.pk, actor=MANAGER)
    sign_off()
    return undo, [query["sql"] for query in captured]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [5, 500])
def test_the_number_of_statements_does_not_grow(count: int) -> None:
    agent, other = make_user(max_capacity=1000), make_user(max_capacity=1000)
    leads = many_leads(count, agent)
    before = rows()
    operation = operate(
        leads, assigned_agent=other, disposition="Contacted", has_attorney="yes", quality_score=2
    )
    Lead.objects.filter(pk__in=[lead.pk for lead in leads[::2]]).update(treatment="surgery")
    IntakeContext.load()  # rules are kept for a moment once read
    undo, made = statements(operation)
    assert undo.changed_count == count
    assert len(made) == SCORES_STATEMENTS
    _, made = statements(undo)
    assert len(made) == COLUMNS_STATEMENTS
    assert len(rows()) == len(before)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [5, 500])
def test_bringing_back_an_import_neither(count: int) -> None:
    operation = BulkOperation.objects.get(pk=imported(csv_file(people(count))).pk)
    undo, made = statements(operation)
    assert (undo.report["deleted"], len(made)) == (count, DELETION_STATEMENTS)
    again, made = statements(undo)
    assert (again.report["recreated"], len(made)) == (count, RETURN_STATEMENTS)


@pytest.mark.django_db
def test_a_lead_is_made_of_its_history_once_not_once_a_column() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {writing._RECREATE}", ["[]"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("jsonb_populate_record(") == 1, plan


@pytest.mark.django_db(transaction=True)
def test_the_lead_that_stands_is_deleted_while_another_is_to_be_merged_into_it_again() -> None:
    kept, other = (
        make_lead(),
        make_lead(phone=""),
    )  # with nothing to take over, the kept lead has no row of history
    undo = undo_operation(merge_leads(kept.pk, [other.pk], actor=MANAGER).operation.pk, actor=MANAGER)

    def redo() -> BulkOperation:
        try:
            return undo_operation(undo.pk, actor=MANAGER)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            delete_lead(kept.pk, actor=MANAGER)
            answer = pool.submit(redo)
            wait_until_somebody_waits()
        done = answer.result(timeout=30)
    assert "was deleted" in {failure["lead_id"]: failure["error"] for failure in done.failures}[str(other.pk)]
    other.refresh_from_db()
    assert (other.disposition, other.merged_into) == ("New", None)


@pytest.mark.django_db(transaction=True)
def test_what_a_lead_is_merged_into_again_stays_until_that_is_done() -> None:
    """The kept lead's change was no part of the operation: only the tie of the other one is written."""
    kept, other = make_lead(), make_lead(disposition="Duplicate", disposition_reason="twice")
    Lead.objects.filter(pk=other.pk).update(merged_into=kept)
    operation = operate([other], disposition="New", disposition_reason="")

    def delete() -> object:
        try:
            return delete_lead(kept.pk, actor=MANAGER)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert undo_operation(operation.pk, actor=MANAGER).failures == []
            answer = pool.submit(delete)
            wait_until_somebody_waits()
        answer.result(timeout=30)
    other.refresh_from_db()
    assert (other.disposition, other.merged_into) == ("Duplicate", None)


@pytest.mark.django_db(transaction=True)
def test_of_two_undos_at_once_one_is_done() -> None:
    lead = make_lead(city="Peoria")
    operation = operate([lead], city="Joliet")
    answers = at_once([partial(undo_operation, operation.pk, actor=MANAGER)] * 4)
    assert sum(isinstance(answer, BulkOperation) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyUndone) for answer in answers) == 3, answers
    lead.refresh_from_db()
    assert lead.city == "Peoria"


@pytest.mark.django_db(transaction=True)
def test_giving_back_and_giving_at_once_never_exceed_a_maximum() -> None:
    full, taker = make_user(max_capacity=10), make_user(max_capacity=100)
    leads = [make_lead(assigned_agent=full) for _ in range(10)]
    others = [make_lead() for _ in range(10)]
    operation = operate(leads, assigned_agent=taker)
    gives: list[Callable[[], object]] = [
        partial(assign_lead, lead.pk, agent_email=full.email, actor=MANAGER) for lead in others
    ]
    undoes: Callable[[], object] = partial(undo_operation, operation.pk, actor=MANAGER)
    undo, *given = at_once([undoes, *gives])
    assert isinstance(undo, BulkOperation), undo
    assert all(not isinstance(answer, Exception) or isinstance(answer, CapacityExceeded) for answer in given)
    full.refresh_from_db()
    assert full.capacity == full.max_capacity
    assert miscounted() == []
    back = Lead.objects.filter(pk__in=[lead.pk for lead in leads], assigned_agent=full).count()
    assert undo.failed_count == 10 - back


@pytest.mark.django_db(transaction=True)
def test_a_person_that_comes_in_while_their_lead_comes_back_stands_once() -> None:
    """Whoever is second is refused: the post, or the lead's way back, whose undo is then done without it."""
    for _ in range(8):
        bodies: list[dict[str, Any]] = [posted(vendor_code="TESTAGENCY") for _ in range(3)]
        leads = [make_lead(email=body["email"], phone=body["phone"]) for body in bodies]
        operation = operate(leads, disposition="Duplicate", disposition_reason="sent twice", city="Joliet")
        posts: list[Callable[[], object]] = [partial(receive_lead, body, actor=MANAGER) for body in bodies]
        undoes: Callable[[], object] = partial(undo_operation, operation.pk, actor=MANAGER)
        undo, *news = at_once([undoes, *posts])
        assert isinstance(undo, BulkOperation), undo
        taken = [answer for answer in news if isinstance(answer, Lead)]
        assert all(isinstance(answer, Lead | DuplicateLead) for answer in news), news
        assert undo.failed_count == len(taken)
        for body in bodies:
            standing = Lead.objects.filter(email=body["email"]).exclude(disposition="Duplicate")
            assert standing.count() == 1
        assert set(
            Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("city", flat=True)
        ) == {""}
