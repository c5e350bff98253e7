"""Stories as the text that COPY reads. Done here and not by the driver, so that other processes can do it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

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


@dataclass
class Page:
    """A chapter as text for COPY: leads by who sent them, and the rows of the other tables."""

    size: int
    leads: dict[str, str]
    rows: dict[Any, str] = field(default_factory=dict)


def render(world: World, draft: Draft) -> Page:
    """Tell a chapter and render it. Needs no database."""
    stories = list(Chapter(world, Dice(draft.seed)).stories(draft.newcomers))
    by_sender = defaultdict(list)
    for story in stories:
        by_sender[story.lead.created_by].append(_lead_row(story.lead))
    page = Page(len(stories), {sender: copy_text(rows) for sender, rows in by_sender.items()})
    page.rows[LeadChange] = copy_text(_change_rows(stories))
    page.rows[Comment] = copy_text(_comment_rows(stories))
    if draft.is_explained:
        page.rows[Decision] = copy_text(_decision_rows(stories))
    return page


def copy_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows in COPY's text format."""
    return "".join(["\t".join([_cell(value) for value in row]) + "\n" for row in rows])


def _cell(value: Any) -> str:
    return RENDERERS.get(type(value), _text)(value)


ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: Any) -> str:
    text = str(value)
    return text if text.isprintable() and "\\" not in text else text.translate(ESCAPES)


def _array(values: Sequence[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return _text("{" + ",".join(quoted) + "}")


def _json(value: Any) -> str:
    return _text(orjson.dumps(value, default=_json_value).decode())


def _json_value(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


RENDERERS: dict[type, Callable[[Any], str]] = {
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


def _change_rows(stories: Iterable[Story]) -> Iterable[tuple[Any, ...]]:
    source = Source.API.value
    for story in stories:
        for at, action, actor, actor_id, reason, changes in story.changes:
            yield story.lead.id, at, action, actor, actor_id, source, reason, changes, ""


def _comment_rows(stories: Iterable[Story]) -> Iterable[tuple[Any, ...]]:
    for story in stories:
        for at, author_id, text, mentions in story.remarks:
            yield story.lead.id, author_id, text, mentions, at


def _decision_rows(stories: Iterable[Story]) -> Iterable[tuple[Any, ...]]:
    for story in stories:
        yield story.lead.id, story.lead.created_at, story.lead.created_by, story.decisions
