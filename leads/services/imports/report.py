"""What an import did, as its page, its command and its API show it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MOST_SHOWN = 200
"""Different statuses, owners and reasons that are counted one by one; more are counted together."""

FROM_THE_ROW = re.compile(
    r"'[^']*'|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=row )[\d,]+|(?<!as )\b\d{4}-\d\d-\d\d\b"
)
"""Values, ids, row numbers and dates in a sentence; an example ("send it as 2026-03-15") is advice and stays."""


@dataclass(slots=True)
class OwnerTally:
    """One owner named in the file: the agent they were matched to, and what became of their leads."""

    agent: str | None = None
    note: str = ""
    rows: int = 0
    assigned: int = 0
    left_in_pool: int = 0
    is_created: bool = False

    def document(self) -> dict[str, Any]:
        return {
            "agent": self.agent,
            "rows": self.rows,
            "assigned": self.assigned,
            "leftInPool": self.left_in_pool,
            "isCreated": self.is_created,
            "note": self.note,
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> "OwnerTally":
        return cls(
            agent=document["agent"],
            note=document["note"],
            rows=document["rows"],
            assigned=document["assigned"],
            left_in_pool=document["leftInPool"],
            is_created=document["isCreated"],
        )


@dataclass(slots=True)
class Report:
    """Counts of what was met in the file; written into the import with every chunk, so a restart goes on."""

    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    owners: dict[str, OwnerTally] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    form: dict[str, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def count_status(self, status: str, disposition: str, *, is_known: bool) -> None:
        name = status if status in self.statuses or len(self.statuses) < MOST_SHOWN else "(others)"
        entry = self.statuses.setdefault(name, {"disposition": disposition, "rows": 0, "isKnown": is_known})
        entry["rows"] += 1

    def owner(self, name: str) -> OwnerTally:
        """The tally of an owner, by the name in the file."""
        if name not in self.owners and len(self.owners) >= MOST_SHOWN:
            name = "(others)"
        return self.owners.setdefault(name, OwnerTally())

    def count_refusal(self, reason: str) -> None:
        """Count by kind of reason: what is in the row itself does not make it another kind."""
        kind = FROM_THE_ROW.sub("…", reason)[:500]
        self.refusals[kind if kind in self.refusals or len(self.refusals) < MOST_SHOWN else "(others)"] += 1

    def document(self) -> dict[str, Any]:
        """The report as it is stored and answered."""
        return {
            "form": self.form,
            "statuses": self.statuses,
            "owners": {name: tally.document() for name, tally in self.owners.items()},
            "refusals": dict(self.refusals.most_common()),
            "columns": self.columns,
            "unplacedColumns": self.unplaced,
            "seconds": round(self.seconds, 2),
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Report":
        """The report of an import that was interrupted; empty for one that never ran."""
        return cls(
            statuses=document.get("statuses", {}),
            owners={name: OwnerTally.read(tally) for name, tally in document.get("owners", {}).items()},
            refusals=Counter(document.get("refusals", {})),
            form=document.get("form", {}),
            unplaced=document.get("unplacedColumns", []),
            columns=document.get("columns", []),
            seconds=document.get("seconds", 0.0),
        )
