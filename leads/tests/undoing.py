"""Bulk operations for tests of the undo, done with plain updates as a bulk call does them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from crm.core import changes
from crm.core.actors import Actor
from leads.choices import OPEN, OperationKind
from leads.models import BulkOperation, Lead
from leads.services.bulk.operations import Selection, begin, finish

MANAGER = Actor.system("tests")


@transaction.atomic
def operate(leads: Iterable[Lead], *, actor: Actor = MANAGER, **fields: Any) -> BulkOperation:
    """Write the same fields of all these leads, as one operation."""
    ids = [lead.pk for lead in leads]
    operation = begin(OperationKind.UPDATE, Selection.named(ids), actor=actor, action="bulk_updated")
    changed = Lead.objects.filter(pk__in=ids).update(**fields)
    sign_off()
    return finish(operation, changed=changed, unchanged=0, failures=[])


@transaction.atomic
def edit(lead: Lead, *, actor: Actor = MANAGER, **fields: Any) -> None:
    """Somebody changes one lead by hand."""
    changes.sign(actor, action="updated")
    Lead.objects.filter(pk=lead.pk).update(**fields)
    sign_off()


def sign_off() -> None:
    """A test's transaction goes on where a real one ends, and the settings of the transaction with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.change', '', true), set_config('crm.restoring', '', true)")


def rows() -> dict[UUID, str]:
    """Every column of every lead but the time of its last change, as PostgreSQL's JSON."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, (to_jsonb(l) - 'updated_at')::text FROM leads_lead l")
        return dict(cursor.fetchall())


def miscounted() -> list[tuple[str, int, int]]:
    """Agents whose counter differs from a recount, or is above their maximum."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.email, u.capacity, count(l.id) FROM core_user u
               LEFT JOIN leads_lead l ON l.assigned_agent_id = u.id AND l.disposition = ANY (%s)
               GROUP BY u.id HAVING u.capacity <> count(l.id) OR u.capacity > u.max_capacity""",
            [list(OPEN)],
        )
        return list(cursor.fetchall())
