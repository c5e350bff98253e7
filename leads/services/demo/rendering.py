"""Stories as the text that COPY reads. Done here and not by the driver, so that other processes can do it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import models

from crm.core.choices import Source
from leads.models import Comment, Decision, Lead, LeadChange
from leads.services.demo.dice import Dice
from leads.services.demo.world import Chapter, Newcomer, Story, World

COLUMNS = {
    Lead: tuple(column.column for column in Lead._meta.concrete_fields),
    LeadChange: ("lead_id", "at", "action", "actor", "actor_id", "source", "reason", "changes", "request_id"),
    Comment: ("lead_id", "author_id", "comment", "mentions", "created_at"),
    Decision: ("lead_id", "made_at", "actor", "document"),
}
LEAD_ATTRIBUTES = tuple(column.attname for column in Lead._meta.concrete_fields)


@dataclass(frozen=True)
class Draft:
    """A chapter to be written: its newcomers, what decides it, and whether its decisions are kept."""

    newcomers: list[Newcomer]
    seed: str
    is_explained: bool


@dataclass(frozen=True)
class Page:
    """A chapter as text for COPY: leads by who sent them, and the rows of the other tables."""

    size: int
    leads: dict[str, str]
    rows: dict[type[models.Model], str]


def render(world: World, draft: Draft) -> Page:
    """Tell a chapter and render it, story by story. Needs no database."""
    leads: dict[str, list[str]] = defaultdict(list)
    changes: list[str] = []
    comments: list[str] = []
    decisions: list[str] = []
    for story in Chapter(world, Dice(draft.seed)).stories(draft.newcomers):
        leads[story.lead.created_by].append(copy_line(_lead_row(story.lead)))
        changes.extend(map(copy_line, _change_rows(story)))
        comments.extend(map(copy_line, _comment_rows(story)))
        if draft.is_explained:
            decisions.append(copy_line(_decision_row(story)))
    return Page(
        size=len(draft.newcomers),
        leads={sender: "".join(lines) for sender, lines in leads.items()},
        rows={LeadChange: "".join(changes), Comment: "".join(comments), Decision: "".join(decisions)},
    )


def copy_line(row: Sequence[Any]) -> str:
    """A row in COPY's text format."""
    return "\t".join([RENDERERS.get(type(value), _other)(value) for value in row]) + "\n"


ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(ESCAPES)


def _other(value: Any) -> str:
    return _text(str(value))


def _array(values: Sequence[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return _text("{" + ",".join(quoted) + "}")


def _json(value: Any) -> str:
    return _text(orjson.dumps(value, default=_json_value).decode())


def _json_value(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


RENDERERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    type(None): lambda value: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    float: str,
    Decimal: str,
    UUID: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    list: _array,
    dict: _json,
}


def _lead_row(lead: Lead) -> list[Any]:
    values = lead.__dict__
    return [values[name] for name in LEAD_ATTRIBUTES]


def _change_rows(story: Story) -> Iterable[tuple[Any, ...]]:
    lead_id, source = str(story.lead.id), Source.API.value
    for at, action, actor, actor_id, reason, changes in story.changes:
        yield lead_id, at, action, actor, actor_id, source, reason, changes, ""


def _comment_rows(story: Story) -> Iterable[tuple[Any, ...]]:
    for at, author_id, text, mentions in story.remarks:
        yield story.lead.id, author_id, text, mentions, at


def _decision_row(story: Story) -> tuple[Any, ...]:
    return story.lead.id, story.lead.created_at, story.lead.created_by, story.decisions
