"""Writing a chunk: COPY, which fires each trigger once for all rows."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from leads.models import Decision, ImportRefusal, Lead
from leads.services.imports.rows import Candidate, Refusal

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_COLUMNS: dict[str, str] = {field.attname: str(field.column) for field in Lead._meta.concrete_fields}
_DECIDED = frozenset(
    [
        "id",
        "agency_id",
        "filing_deadline",
        "quality_score",
        "lead_value",
        "acquisition_cost",
        "assigned_agent_id",
        "notes",
    ]
)
"""Columns that are set for every row, whatever the file has; all others are mostly alike and written once."""
_LEAD_TABLE = Lead._meta.db_table


def store_leads(candidates: list[Candidate]) -> None:
    """Insert the leads. Raises IntegrityError where a guard of the database says no."""
    given = _DECIDED.union(*(candidate.given for candidate in candidates))
    varying = [attname for attname in _COLUMNS if attname in given]
    same = [attname for attname in _COLUMNS if attname not in given]
    constant = "\t".join(_text(getattr(candidates[0].lead, attname)) for attname in same)
    read = attrgetter(*varying)
    lines = (f"{_line(read(candidate.lead))}\t{constant}" for candidate in candidates)
    _copy(_LEAD_TABLE, [_COLUMNS[attname] for attname in (*varying, *same)], lines)


def store_decisions(candidates: list[Candidate], actor: str) -> None:
    """Insert what was decided about each lead."""
    now = timezone.now()
    rows = (_line((c.lead.id, now, actor, _json(c.document))) for c in candidates)
    _copy(Decision._meta.db_table, ["lead_id", "made_at", "actor", "document"], rows)


def store_refusals(import_id: UUID, refusals: list[Refusal]) -> None:
    """Keep refused rows until the import ends."""
    rows = (_line((import_id, refusal.row, refusal.reason, _json(refusal.cells))) for refusal in refusals)
    _copy(ImportRefusal._meta.db_table, ["lead_import_id", "row", "reason", "cells"], rows)


def _json(document: Any) -> str:
    """JSON that PostgreSQL takes: broken halves of characters and NUL cannot be stored."""
    try:
        text = orjson.dumps(document, default=str).decode()
    except TypeError:
        return _json(_mended(document))
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text


def _mended(value: Any) -> Any:
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value if value is None or isinstance(value, int | float) else str(value)


def _copy(table: str, columns: list[str], lines: Iterable[str]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy,
    ):
        copy.write("\n".join([*lines, ""]))


def _line(values: Iterable[Any]) -> str:
    """A row in COPY's text format."""
    return "\t".join([_text(value) for value in values])


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return _array(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | Decimal | UUID):
        return str(value)
    raise TypeError(f"COPY does not know {type(value).__name__}")


def _array(items: list[str]) -> str:
    quoted = ('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return ("{" + ",".join(quoted) + "}").translate(_ESCAPES)
