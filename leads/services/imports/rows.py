"""From the cells of one row to an unsaved lead, or to the reason why not."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models.base import ModelState

from crm.core.ids import uuid7
from leads.choices import CONVERTED, WAYS_OUT, Disposition
from leads.models import Lead
from leads.services.imports.columns import Columns
from leads.services.imports.reading import Row
from leads.services.imports.statuses import Meaning, meaning_of
from leads.services.normalise import normalise, note_extensions

SAY_ZONE = "give the time with its offset from UTC, as 2026-01-31T09:30-05:00."
UNREACHABLE = "Has neither a phone number nor an e-mail address."
SKEW = timedelta(minutes=10)  # of the clocks


@dataclass(slots=True)
class Candidate:
    """A row that can become a lead: unsaved, without score, price and agent yet.

    `given` are the columns of the lead that do not have their default value.
    """

    row: int
    cells: list[Any]
    lead: Lead
    given: AbstractSet[str]
    owner: str = ""
    status: str = ""
    document: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not taken, as it was, with the sentence that says why."""

    row: int
    cells: list[Any]
    reason: str
    is_duplicate: bool = False


@dataclass(slots=True)
class RowReader:
    """Reads rows by one placing of columns, without a database. `agency_codes` are those a row may name for itself."""

    columns: Columns
    agency_code: str
    agency_codes: AbstractSet[str]
    created_by: str
    today: date
    now: datetime
    _meanings: dict[str, Meaning] = field(default_factory=dict)
    _defaults: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        blank = Lead(created_by=self.created_by, created_at=self.now, updated_at=self.now)
        self._defaults = {
            field.attname: getattr(blank, field.attname) for field in Lead._meta.concrete_fields
        }

    def read(self, row: Row) -> Candidate | Refusal:
        """One row as a candidate or a refusal."""
        number, cells = row
        if any(not _is_blank(cell) for cell in cells[len(self.columns.headers) :]):
            return Refusal(number, cells, "Has more cells than the header has columns; check its quotes.")
        raw, notes = self._placed(cells)
        owner = shown(raw.pop("assigned_agent", "")).strip()
        status = self._read_status(raw, notes) if "disposition" in raw else ""
        if notes:
            raw["notes"] = "\n".join([shown(raw["notes"]), *notes] if "notes" in raw else notes)
        found = normalise(raw, today=self.today)
        note_extensions(found, raw)
        if found.problems:
            reasons = (f"{name}: {sentence}" for name, told in found.problems.items() for sentence in told)
            return Refusal(number, cells, " ".join(reasons))
        made = self._candidate(number, cells, found.values)
        if isinstance(made, Candidate):
            made.owner, made.status = owner, status
        return made

    def _candidate(self, number: int, cells: list[Any], values: dict[str, Any]) -> Candidate | Refusal:
        code = values.pop("vendor_code", self.agency_code)
        if code not in self.agency_codes:
            return Refusal(number, cells, f"vendor_code: {code!r} is not an agency you may import for.")
        if not (values.get("phone") or values.get("email")):
            return Refusal(number, cells, UNREACHABLE)
        if values.get("created_at", self.now) > self.now + SKEW:
            told = f"created_at: {values['created_at']:%Y-%m-%d %H:%M} UTC is later than now; {SAY_ZONE}"
            return Refusal(number, cells, told)
        values["created_at"] = min(values.get("created_at", self.now), self.now)
        if (
            values.get("disposition") in CONVERTED
        ):  # known to be converted, and not when: no later than last seen
            values.setdefault("closed_date", values.get("last_contact", values["created_at"]))
        values["agency_id"] = code
        return Candidate(number, cells, self._lead(values), values.keys())

    def _lead(self, values: dict[str, Any]) -> Lead:
        """A lead as its constructor would make it, in a tenth of the time: defaults are worked out once a file."""
        lead = Lead.__new__(Lead)
        lead.__dict__.update(self._defaults, _state=ModelState(), id=uuid7(), **values)
        return lead

    def _placed(self, cells: list[Any]) -> tuple[dict[str, Any], list[str]]:
        """Field → cell, and the lines of the notes that keep what has no field, or whose field was taken."""
        count = len(cells)
        raw: dict[str, Any] = {}
        kept = self.columns.kept
        for column in self.columns.placed:
            cell = cells[column.position] if column.position < count else None
            if _is_blank(cell):
                continue
            if column.values:
                cell = column.values.get(shown(cell).strip().casefold(), cell)
            if column.field not in raw:
                raw[column.field] = cell
            elif column.field == "phone" and "alternate_phone" not in raw:
                raw["alternate_phone"] = cell
            elif shown(cell) != shown(raw[column.field]):
                kept = (*kept, (column.position, column.header))
        if "phone" not in raw and "alternate_phone" in raw:
            raw["phone"] = raw.pop("alternate_phone")
        lines = [
            (n, f"{name}: {shown(cells[n])}") for n, name in kept if n < count and not _is_blank(cells[n])
        ]
        return raw, [line for _, line in (lines if kept is self.columns.kept else sorted(lines))]

    def meaning_of(self, status: str) -> Meaning:
        """What a status of this file stands for."""
        meaning = self._meanings.get(status)
        if meaning is None:
            meaning = self._meanings[status] = meaning_of(status)
        return meaning

    def _read_status(self, raw: dict[str, Any], notes: list[str]) -> str:
        status = " ".join(shown(raw["disposition"]).split())[:200]
        meaning = self.meaning_of(status)
        raw["disposition"] = meaning.disposition.value
        if meaning.disposition in WAYS_OUT and _is_blank(raw.get("disposition_reason")):
            raw["disposition_reason"] = meaning.reason
        if not meaning.is_known:
            notes.append(f"Status: {status}")
        return status


def is_marked_duplicate(candidate: Candidate) -> bool:
    """Whether the file itself calls the lead a duplicate."""
    return candidate.lead.disposition == Disposition.DUPLICATE


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def shown(cell: Any) -> str:
    """A cell as its spreadsheet shows it, about."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)
