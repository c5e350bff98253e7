"""Writing many leads, and what was decided about them, by one statement each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from leads.models import Decision, Lead

_DECISIONS = f"""
INSERT INTO {Decision._meta.db_table} (lead_id, made_at, actor, document)
SELECT lead_id, statement_timestamp(), %s, document
  FROM jsonb_to_recordset(%s::jsonb) AS decided(lead_id uuid, document jsonb)
"""  # noqa: S608 - our own table's name


def write_leads(
    lead_ids: Sequence[UUID],
    same: Mapping[str, Any],
    each: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Set the columns `same` to one value, and `each` to a lead's own, in the order of `lead_ids`.

    One statement, so that every trigger runs once and a swap of places between agents is one step. Names are
    attribute names of the model. Raises IntegrityError where a guard of the database says no.
    """
    if not lead_ids:
        return
    alike = {name: values[0] for name, values in (each or {}).items() if len(set(values)) == 1}
    own = {name: values for name, values in (each or {}).items() if name not in alike}
    table = connection.ops.quote_name(Lead._meta.db_table)
    sets, given = [], []
    for name, value in {**same, **alike}.items():
        column, kind = _column(name)
        sets.append(f"{column} = %s::{kind}")
        given.append(_stored(name, value))
    sets += [f"{_column(name)[0]} = own.{_column(name)[0]}" for name in own]
    if own:
        columns = ", ".join(_column(name)[0] for name in own)
        arrays = ", ".join(f"%s::{_column(name)[1]}[]" for name in own)
        which = f"FROM unnest(%s::uuid[], {arrays}) AS own(lead_id, {columns}) WHERE {table}.id = own.lead_id"
    else:
        which = f"WHERE {table}.id = ANY(%s::uuid[])"
    stored = [[_stored(name, value) for value in values] for name, values in own.items()]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {', '.join(sets)} {which}", [*given, list(lead_ids), *stored])  # noqa: S608 - names of columns


def write_decisions(decisions: Iterable[tuple[UUID, Mapping[str, Any]]], *, actor: str) -> None:
    """Keep why, for each of these leads."""
    rows = [{"lead_id": lead_id, "document": document} for lead_id, document in decisions]
    if rows:
        with connection.cursor() as cursor:  # one text: an array of documents would be quoted twice
            cursor.execute(_DECISIONS, [actor, orjson.dumps(rows, default=str).decode()])


def _column(name: str) -> tuple[str, str]:
    field: Any = Lead._meta.get_field(name)
    return connection.ops.quote_name(field.column), str(field.db_type(connection))


def _stored(name: str, value: Any) -> Any:
    field: Any = Lead._meta.get_field(name)
    return field.get_db_prep_save(value, connection)
