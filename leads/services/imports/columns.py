"""Which column of a file is which field of a lead."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from leads.services.imports.exceptions import UnusableFile
from leads.services.normalising.aliases import FIELDS, SPREADING, field_named, header_key

PLACES = frozenset(FIELDS) | frozenset(SPREADING)
REFUSAL_COLUMNS = ["row", "reason"]
"""What a file of refused rows ends with; mended and sent again, they say nothing about the lead."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column taken for a field; `values` translates cells (folded) before they are read."""

    position: int
    header: str
    field: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column of a file goes: to a field, to the notes (`kept`), or nowhere because the sender said so.

    `placed` is in the order in which columns of one field are asked.
    """

    headers: tuple[str, ...]
    placed: tuple[Column, ...]
    kept: tuple[tuple[int, str], ...]

    @property
    def mapping(self) -> dict[str, str | None]:
        """Each header with its field, None where it has none."""
        fields = {column.position: column.field for column in self.placed}
        return {header: fields.get(position) for position, header in enumerate(self.headers)}

    @property
    def unplaced(self) -> list[str]:
        """The headers whose cells are kept in the notes."""
        return [header for _, header in self.kept]


def place_columns(header: list[str], given: Mapping[str, Any], *, allowed: Collection[str]) -> Columns:
    """Place the columns by `given` ({"Header": "field", null, or {"field", "values"}}), else by their names.

    Of several columns for one field the first that is filled counts: mapped ones first, then those that bear
    its very name, then by position. `allowed` are the fields the sender may set.
    Raises UnusableFile where the map or the header cannot be used.
    """
    headers = _distinct(header)
    told = _read_map(given, headers)
    dropped = {len(headers) - 2, len(headers) - 1} if headers[-2:] == REFUSAL_COLUMNS else set()
    placed: list[Column] = []
    for position, name in enumerate(headers):
        by_name = field_named(name)
        place, values = told.get(header_key(name), (by_name if by_name in PLACES else None, {}))
        if place is None and header_key(name) in told:
            dropped.add(position)
        elif place is not None and position not in dropped and (place in allowed or place in SPREADING):
            placed.append(Column(position, name, place, values))
    placed.sort(
        key=lambda one: (
            header_key(one.header) not in told,
            one.field != one.header,
            one.field == "phone",
            one.position,
        )
    )
    taken = dropped | {column.position for column in placed}
    kept = tuple((position, name) for position, name in enumerate(headers) if position not in taken)
    _require_contact(headers, placed)
    return Columns(tuple(headers), tuple(placed), kept)


def _distinct(header: list[str]) -> list[str]:
    """Every column gets a name of its own."""
    names: list[str] = []
    for position, name in enumerate(header, 1):
        unique, copies = name or f"Column {position}", 1
        while unique in names:
            copies += 1
            unique = f"{name or f'Column {position}'} ({copies})"
        names.append(unique)
    return names


def _read_map(
    given: Mapping[str, Any], headers: list[str]
) -> dict[str, tuple[str | None, Mapping[str, Any]]]:
    known = {header_key(name) for name in headers}
    told: dict[str, tuple[str | None, Mapping[str, Any]]] = {}
    for name, meant in given.items():
        place, values = (
            (meant.get("field"), meant.get("values", {})) if isinstance(meant, Mapping) else (meant, {})
        )
        if header_key(name) not in known:
            raise UnusableFile(f"The map names the column {name!r}; the file has {_listed(headers)}.")
        if place is not None and place not in PLACES:
            raise UnusableFile(
                f"The map sends {name!r} to {place!r}; it can go to {_listed(sorted(PLACES))}."
            )
        if not isinstance(values, Mapping):
            raise UnusableFile(f"The map's values for {name!r} must be an object from cell to value.")
        told[header_key(name)] = (
            place,
            {str(cell).strip().casefold(): value for cell, value in values.items()},
        )
    return told


def _require_contact(headers: list[str], placed: list[Column]) -> None:
    if any(column.field in ("phone", "alternate_phone", "email") for column in placed):
        return
    if any("@" in name or name.replace("-", "").replace(" ", "").isdigit() for name in headers):
        raise UnusableFile(f"The first row must name the columns; it holds data: {_listed(headers)}.")
    raise UnusableFile(
        f"No column holds phone numbers or e-mail addresses; the file has {_listed(headers)}. "
        "Name one 'phone' or 'email', or send a map."
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:60])
    return f"{shown} and {len(names) - 60} more" if len(names) > 60 else shown
