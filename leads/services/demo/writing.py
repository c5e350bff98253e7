"""Writing pages with COPY. A page is one transaction: a killed run leaves whole pages."""

import json
from typing import Any

from django.db import connection, models, transaction

from crm.core.choices import Source
from leads.models import Lead
from leads.services.demo.rendering import COLUMNS, Page


@transaction.atomic
def write_page(page: Page, account_ids: dict[str, int]) -> None:
    """Store the page; the database's triggers add creation, search documents and the agents' counts.

    Leads go in by sender, so that each one's creation is signed by who sent it.
    """
    for sender, text in page.leads.items():
        _sign(sender, account_ids.get(sender))
        _copy(Lead, text)
    for model, text in page.rows.items():
        _copy(model, text)


def analyze_tables() -> None:
    """Let the planner see the new rows."""
    with connection.cursor() as cursor:
        for model in COLUMNS:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def _copy(model: type[models.Model], text: str) -> None:
    columns = ", ".join(f'"{column}"' for column in COLUMNS[model])
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        copy.write(text)


def _sign(sender: str, sender_id: int | None) -> None:
    """Sign the next creations; "backdated" has the trigger take the leads' own time."""
    signature: dict[str, Any] = {"actor": sender, "actor_id": sender_id, "source": Source.API.value}
    signature |= {"action": "created", "backdated": True}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.change', %s, true)", [json.dumps(signature)])
