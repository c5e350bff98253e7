"""A trigger's plan is made once a session; what a connection did first must not make bulk work quadratic."""

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from crm.core.tests.factories import make_user
from leads.models import Lead
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db(transaction=True)

EXPLAIN_NESTED = """
SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice;
"""
NESTED_LOOP = "Join Filter: ((n.id = o.id)"  # a hash or merge join has this as its condition


def test_after_the_change_of_one_lead_bulk_changes_still_compare_each_row_once() -> None:
    """The triggers' own plans, as auto_explain tells them: old and new rows are never joined by a nested loop."""
    leads = [make_lead(assigned_agent=make_user()) for _ in range(30)]
    connection.close()  # a session whose triggers have no plans yet
    plans: list[str] = []
    with connection.cursor() as cursor:
        try:
            cursor.execute("LOAD 'auto_explain'")
        except DatabaseError:
            pytest.skip("this PostgreSQL has no auto_explain, or the role may not load it")
        connection.connection.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        cursor.execute(EXPLAIN_NESTED)
    Lead.objects.filter(pk=leads[0].pk).update(disposition="Attempting")
    del plans[:]
    Lead.objects.update(disposition="Contacted", first_name="Ann")
    connection.close()
    told = "\n".join(plans)
    assert told.count("Named Tuplestore Scan") >= 8, told
    assert NESTED_LOOP not in told, told
    assert "Hash Cond: (n.id = o.id)" in told or "Merge Cond: (n.id = o.id)" in told, told
