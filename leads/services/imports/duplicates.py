"""Which rows repeat a lead that is there already, or an earlier row of the file. Sets, not loops."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from leads.services.imports.rows import Candidate, Refusal, is_marked_duplicate

# Leads marked as duplicates are outside of the guard in the database (leads/sql/0004); a row that is marked
# itself is compared with them too, so that a second run adds nothing.
_STORED = """
SELECT DISTINCT ON (i.n) i.n, twin.id, twin.vendor_code, twin.same,
       (SELECT d.document #>> '{import,row}' FROM leads_decision d
         WHERE d.lead_id = twin.id AND d.document #>> '{import,id}' = %s ORDER BY d.id LIMIT 1)
  FROM jsonb_to_recordset(%s::jsonb) AS i(n int, email text, phone text, at timestamptz, is_marked bool)
  CROSS JOIN LATERAL (
    (SELECT id, vendor_code, created_at, 'phone' AS same FROM leads_lead o
      WHERE i.phone <> '' AND o.phone <> '' AND o.phone = i.phone AND (i.is_marked OR o.disposition <> 'Duplicate')
        AND o.created_at > i.at - %s AND o.created_at < i.at + %s ORDER BY o.created_at LIMIT 1)
    UNION ALL
    (SELECT id, vendor_code, created_at, 'email' FROM leads_lead o
      WHERE i.email <> '' AND o.email <> '' AND o.email = i.email AND (i.is_marked OR o.disposition <> 'Duplicate')
        AND o.created_at > i.at - %s AND o.created_at < i.at + %s ORDER BY o.created_at LIMIT 1)) twin
 ORDER BY i.n, twin.created_at, twin.id
"""

# A dry run stores no leads: the rows it would have taken are kept here until it ends.
_CREATE_SEEN = """
CREATE TEMPORARY TABLE IF NOT EXISTS leads_dry_run_seen (row int, email text, phone text, at timestamptz);
CREATE INDEX IF NOT EXISTS leads_dry_run_seen_email ON leads_dry_run_seen (email);
CREATE INDEX IF NOT EXISTS leads_dry_run_seen_phone ON leads_dry_run_seen (phone);
TRUNCATE leads_dry_run_seen;
"""
_SEEN = """
SELECT DISTINCT ON (i.n) i.n, twin.row, twin.same
  FROM jsonb_to_recordset(%s::jsonb) AS i(n int, email text, phone text, at timestamptz)
  CROSS JOIN LATERAL (
    SELECT row, 'phone' AS same FROM leads_dry_run_seen s
     WHERE i.phone <> '' AND s.phone = i.phone AND s.at > i.at - %s AND s.at < i.at + %s
    UNION ALL
    SELECT row, 'email' FROM leads_dry_run_seen s
     WHERE i.email <> '' AND s.email = i.email AND s.at > i.at - %s AND s.at < i.at + %s) twin
 ORDER BY i.n, twin.row
"""


@dataclass(slots=True)
class DuplicateFinder:
    """Finds repeated people within `window_days` of each other, as the guard in the database does.

    `sees` is the one agency whose leads may be named to the author, None for all.
    """

    import_id: UUID
    window_days: int
    is_dry_run: bool
    sees: str | None = None
    _window: timedelta = field(init=False)
    _windows: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self._window = timedelta(days=self.window_days)
        self._windows = [self._window] * 4  # before and after, for phone and e-mail
        if self.is_dry_run:
            with connection.cursor() as cursor:
                cursor.execute(_CREATE_SEEN)

    def split(self, candidates: list[Candidate]) -> tuple[list[Candidate], list[Refusal]]:
        """Those that are new, and refusals that name the lead or the row each other one repeats."""
        known = self._stored(candidates)
        if self.is_dry_run:
            known = self._seen(candidates) | known
        taken: list[Candidate] = []
        refused: list[Refusal] = []
        by_contact: dict[str, list[Candidate]] = {}
        for n, candidate in enumerate(candidates):
            reason = known.get(n) or self._earlier(candidate, by_contact)
            if reason:
                refused.append(Refusal(candidate.row, candidate.cells, reason, is_duplicate=True))
                continue
            taken.append(candidate)
            for contact in _contacts(candidate):
                by_contact.setdefault(contact, []).append(candidate)
        return taken, refused

    def remember(self, candidates: list[Candidate]) -> None:
        """Keep what a dry run would have stored, for the chunks to come. One statement."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO leads_dry_run_seen (row, email, phone, at) SELECT n, email, phone, at"
                " FROM jsonb_to_recordset(%s::jsonb) AS i(n int, email text, phone text, at timestamptz)",
                [_recordset((candidate.row, candidate) for candidate in candidates)],
            )

    def _earlier(self, candidate: Candidate, by_contact: dict[str, list[Candidate]]) -> str:
        for contact in _contacts(candidate):
            for other in by_contact.get(contact, ()):
                is_exempt = is_marked_duplicate(other) and not is_marked_duplicate(candidate)
                if not is_exempt and abs(other.lead.created_at - candidate.lead.created_at) < self._window:
                    return _repeats_row(other.row, "email" if "@" in contact else "phone")
        return ""

    def _stored(self, candidates: list[Candidate]) -> dict[int, str]:
        with connection.cursor() as cursor:
            cursor.execute(_STORED, [str(self.import_id), _recordset(enumerate(candidates)), *self._windows])
            return {n: self._told(*twin) for n, *twin in cursor.fetchall()}

    def _seen(self, candidates: list[Candidate]) -> dict[int, str]:
        with connection.cursor() as cursor:
            cursor.execute(_SEEN, [_recordset(enumerate(candidates)), *self._windows])
            return {n: _repeats_row(row, same) for n, row, same in cursor.fetchall()}

    def _told(self, lead_id: UUID, agency: str, same: str, row: str | None) -> str:
        if row is not None:
            return _repeats_row(int(row), same)
        which = f"lead {lead_id}" if self.sees in (None, agency) else "a lead that is here already"
        return f"Repeats {which}: the same {same} within {self.window_days} days."


def _repeats_row(row: int, same: str) -> str:
    return f"Repeats row {row} of this file: the same {same}."


def _contacts(candidate: Candidate) -> list[str]:
    return [contact for contact in (candidate.lead.phone, candidate.lead.email) if contact]


def _recordset(numbered: Iterable[tuple[int, Candidate]]) -> str:
    """One parameter for any number of rows; PostgreSQL reads it in a fraction of the time of five arrays."""
    rows = [
        {
            "n": n,
            "email": candidate.lead.email,
            "phone": candidate.lead.phone,
            "at": candidate.lead.created_at,
            "is_marked": is_marked_duplicate(candidate),
        }
        for n, candidate in numbered
    ]
    return orjson.dumps(rows).decode()
