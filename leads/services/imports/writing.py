"""Writing a chunk: COPY, which fires each trigger once for all rows."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from leads.models import Decision, ImportRefusal, Lead
from leads.services.imports.rows import Candidate, Refusal

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_LEAD_COLUMNS = [(field.column, field.attname) for field in Lead._meta.concrete_fields]
_LEAD_TABLE = Lead._meta.db_table


def store_leads(candidates: list[Candidate]) -> None:
    """Insert the leads. Raises IntegrityError where a guard of the database says no."""
    attributes = [attname for _, attname in _LEAD_COLUMNS]
    rows = ((getattr(candidate.lead, name) for name in attributes) for candidate in candidates)
    _copy(_LEAD_TABLE, [column for column, _ in _LEAD_COLUMNS], rows)


def store_decisions(candidates: list[Candidate], actor: str) -> None:
    """Insert what was decided about each lead."""
    now = timezone.now()
    rows = ((c.lead.id, now, actor, _json(c.document)) for c in candidates)
    _copy(Decision._meta.db_table, ["lead_id", "made_at", "actor", "document"], rows)


def store_refusals(import_id: UUID, refusals: list[Refusal]) -> None:
    """Keep refused rows until the import ends."""
    rows = ((import_id, refusal.row, refusal.reason, _json(refusal.cells)) for refusal in refusals)
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


def _copy(table: str, columns: list[str], rows: Iterable[Iterable[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy,
    ):
        for block in _blocks(rows):
            copy.write(block)


def _blocks(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Lines of COPY's text format, in pieces of a few hundred rows."""
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join([_text(value) for value in row]))
        if len(lines) == 500:
            yield "\n".join(lines) + "\n"
            lines = []
    if lines:
        yield "\n".join(lines) + "\n"


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if value else value
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
