"""The law table: finding the row in force for a crash, and loading rows from a file."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from leads.choices import US_STATES
from leads.exceptions import InvalidInput
from leads.models.law import ClaimType, StateLaw

LAW_FILE = Path(__file__).resolve().parent.parent / "fixtures" / "state_law.json"

KEY = ("state", "claim_type", "effective_from")
RULE = (
    "limit_years",
    "limit_months",
    "limit_days",
    "fault_rule",
    "system",
    "bars_uninsured",
    "confidence",
    "statute",
    "note",
)
LIMITS = ("limit_years", "limit_months", "limit_days")
LOADED = re.compile(r" \[file ([0-9a-f]{8})\]\Z")


class LawTable:
    """Rows of the law by state and claim, for any number of look-ups without a query."""

    def __init__(self, rows: Iterable[StateLaw]) -> None:
        self._rows: dict[tuple[str, str], list[StateLaw]] = {}
        for row in sorted(rows, key=lambda row: row.effective_from, reverse=True):
            self._rows.setdefault((row.state, row.claim_type), []).append(row)

    @classmethod
    def load(cls, states: Iterable[str] | None = None) -> "LawTable":
        """The rows of all states, or of these; one query."""
        rows = StateLaw.objects.order_by()
        return cls(rows if states is None else rows.filter(state__in=set(states)))

    @classmethod
    def from_file(cls, path: Path = LAW_FILE) -> "LawTable":
        """The rows of a law file, without a database."""
        return cls(StateLaw(**{**row, **_dates(row)}) for row in read_law(path))

    def in_force(self, state: str, claim_type: str, crash_date: date) -> StateLaw | None:
        """The row with the latest `effective_from` on or before the crash."""
        for row in self._rows.get((state, claim_type), ()):
            if row.effective_from <= crash_date:
                return row
        return None

    def injury(self, state: str, crash_date: date) -> StateLaw | None:
        """The row for personal injury."""
        return self.in_force(state, ClaimType.PERSONAL_INJURY, crash_date)

    def notice(self, state: str, crash_date: date) -> StateLaw | None:
        """The row for the notice that a claim against a government needs."""
        return self.in_force(state, ClaimType.GOVERNMENT_NOTICE, crash_date)


@dataclass(slots=True)
class Loading:
    """What a load did; `kept` names rows that people changed and that were left as they are."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)


def read_law(path: Path = LAW_FILE) -> list[dict[str, Any]]:
    """The rows of a law file; dates as ISO strings."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


@transaction.atomic
def load_law(
    rows: Sequence[Mapping[str, Any]], *, overwrite: bool = False, model: type[StateLaw] = StateLaw
) -> Loading:
    """Create and refresh rows by state, claim and first day. A migration hands in its own `model`.

    The loader ends a row's `source` with a digest of the rule it wrote. A row whose rule or source no longer
    fits that digest was changed by somebody, by whatever path, and is kept unless `overwrite`.
    """
    stored = {
        tuple(getattr(law, name) for name in KEY): law for law in model._default_manager.select_for_update()
    }
    done = Loading()
    for given in rows:
        values = _values(given)
        law = stored.get(tuple(values[name] for name in KEY))
        if law is None:
            model._default_manager.create(**values)
            done.created += 1
        elif all(getattr(law, name) == value for name, value in values.items()):
            done.unchanged += 1
        elif not overwrite and is_edited(law):
            done.kept.append(f"{law.state} {law.claim_type} from {law.effective_from:%Y-%m-%d}")
        else:
            for name, value in values.items():
                setattr(law, name, value)
            law.save()
            done.updated += 1
    return done


def is_edited(law: StateLaw) -> bool:
    """Whether a row is no longer as a load wrote it."""
    mark = LOADED.search(law.source)
    return mark is None or mark[1] != _digest({name: getattr(law, name) for name in RULE})


def _values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every column of a row, checked; what the file leaves out has the column's default."""
    name = " ".join(str(given.get(part)) for part in KEY)
    unknown = given.keys() - {*KEY, *RULE, "source", "checked_on"}
    if unknown:
        raise InvalidInput(f"{name}: unknown fields {', '.join(sorted(unknown))}.")
    blank = StateLaw()
    rule = {part: given.get(part, getattr(blank, part)) for part in RULE}
    values = {
        "state": given.get("state"),
        "claim_type": given.get("claim_type"),
        **rule,
        "source": f"{given.get('source', '')} [file {_digest(rule)}]",
    }
    try:
        values |= _dates(given)
        StateLaw(**values).clean_fields()
    except (ValidationError, ValueError, KeyError) as error:
        raise InvalidInput(f"{name}: {error}") from None
    if values["state"] not in US_STATES or not any(rule[part] for part in LIMITS):
        raise InvalidInput(f"{name}: needs a state of the USA and a limit of years, months or days.")
    return values


def _dates(given: Mapping[str, Any]) -> dict[str, date | None]:
    checked_on = given.get("checked_on")
    return {
        "effective_from": date.fromisoformat(given["effective_from"]),
        "checked_on": date.fromisoformat(checked_on) if checked_on else None,
    }


def _digest(rule: Mapping[str, Any]) -> str:
    """Stable for one rule, whoever reads it from wherever."""
    text = json.dumps([[name, rule[name]] for name in RULE], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
