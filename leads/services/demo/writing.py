"""Writing stories with COPY. A batch is one transaction: a killed run leaves whole batches."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.db import connection, transaction

from crm.core.choices import Source
from leads.models import Comment, Decision, Lead, LeadChange
from leads.services.demo.world import Story

LEAD_COLUMNS = [field.attname for field in Lead._meta.concrete_fields]
LEAD_TARGET = [field.column for field in Lead._meta.concrete_fields]
CHANGE_TARGET = (
    "lead_id", "at", "action", "actor", "actor_id", "source", "request_id", "operation", "reason", "changes",
)  # fmt: skip
COMMENT_TARGET = ("lead_id", "author_id", "comment", "mentions", "created_at")
DECISION_TARGET = ("lead_id", "made_at", "actor", "document")
TABLES = (Lead, LeadChange, Comment, Decision)


@transaction.atomic
def write_batch(stories: Sequence[Story], sender_ids: dict[str, int]) -> None:
    """Store the stories; the database's triggers add creation, search documents and the agents' counts.

    Leads go in by sender, so that each one's creation is signed by who sent it.
    """
    by_sender = defaultdict(list)
    for story in stories:
        by_sender[story.lead.created_by].append(story.lead)
    for sender, leads in by_sender.items():
        _sign(sender, sender_ids.get(sender))
        copy_rows(Lead._meta.db_table, LEAD_TARGET, (_lead_row(lead) for lead in leads))
    copy_rows(LeadChange._meta.db_table, CHANGE_TARGET, _change_rows(stories))
    copy_rows(Comment._meta.db_table, COMMENT_TARGET, _comment_rows(stories))
    copy_rows(Decision._meta.db_table, DECISION_TARGET, _decision_rows(stories))


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY `rows` into `table`."""
    target = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({target}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def analyze_tables() -> None:
    """Let the planner see the new rows."""
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


def _sign(sender: str, sender_id: int | None) -> None:
    """Sign the next creations; "backdated" has the trigger take the leads' own time."""
    signature = {
        "actor": sender,
        "actor_id": sender_id,
        "source": Source.API.value,
        "action": "created",
        "backdated": True,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.change', %s, true)", [json.dumps(signature)])


def _lead_row(lead: Lead) -> list[Any]:
    values = lead.__dict__
    return [values[column] for column in LEAD_COLUMNS]


def _change_rows(stories: Sequence[Story]) -> Iterable[tuple[Any, ...]]:
    for story in stories:
        for change in story.changes:
            changed = orjson.dumps(change.changes, default=float).decode()  # a Decimal is a number
            yield (
                story.lead.id, change.at, change.action, change.actor, change.actor_id, Source.API.value, "", None,
                change.reason, changed,
            )  # fmt: skip


def _comment_rows(stories: Sequence[Story]) -> Iterable[tuple[Any, ...]]:
    for story in stories:
        for remark in story.remarks:
            yield story.lead.id, remark.author_id, remark.text, remark.mentions, remark.at


def _decision_rows(stories: Sequence[Story]) -> Iterable[tuple[Any, ...]]:
    for story in stories:
        if story.decisions:
            document = orjson.dumps(story.decisions, default=str).decode()
            yield story.lead.id, story.lead.created_at, story.lead.created_by, document
