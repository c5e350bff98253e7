"""Which lead's value each field has after a merge. No database: the rules, as docs/merging.md tells them.

The kept lead's value stands; where it says nothing, the oldest other that does fills the gap. Fields that say one
thing together (an address, a proof of consent) come from one lead: the kept one, or another that agrees with all it
says and says more. Tags are united, notes joined. What the kept lead's vendor would see is never taken by rule from
another agency's lead. A choice of the caller goes before all that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from leads.models import Lead
from leads.services.fields import CONSENT, CRASH, HIDDEN_FROM_VENDORS, PERSON
from leads.services.merging.exceptions import bad_choice
from leads.services.normalising.fields import LONGEST_TEXT

MERGED = PERSON | CRASH | CONSENT | {"priority", "tags", "notes"}
"""What the kept lead may take over. Everything else stays its own: who sent it when, for how much, who works it."""

FIELDS: tuple[str, ...] = tuple(field.name for field in Lead._meta.concrete_fields if field.name in MERGED)
NO_VENDOR_SEES = MERGED & HIDDEN_FROM_VENDORS.keys()
TOGETHER: tuple[tuple[str, ...], ...] = (
    ("first_name", "last_name"),
    ("address", "city", "state", "zip_code"),
    ("accident_state", "accident_city"),
    ("at_fault", "fault_percent"),
    ("police_report", "police_report_number"),
    ("treatment", "treatment_date"),
    tuple(name for name in FIELDS if name in CONSENT),
)
GROUP_OF = {name: group for group in TOGETHER for name in group}
SILENT: tuple[Any, ...] = (None, "", [], "unknown")


class Rule(StrEnum):
    """Why a field has its value."""

    KEPT = "kept"
    FILLED = "filled"
    OTHER_NUMBER = "other_number"
    UNITED = "united"
    JOINED = "joined"
    CHOSEN = "chosen"


Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pick:
    """Fields that go together, mostly one: what each lead says, and what the kept lead will hold.

    `chosen` is None where the result is made of several leads.
    """

    fields: tuple[str, ...]
    said: Mapping[UUID, Values]
    chosen: UUID | None
    rule: Rule
    result: Values

    @property
    def differs(self) -> bool:
        """Whether two leads contradict each other; who says nothing contradicts nobody."""
        return any(self.is_disputed(name) for name in self.fields)

    @property
    def is_silent(self) -> bool:
        """Whether no lead says anything."""
        return not any(_is_said(value) for values in self.said.values() for value in values.values())

    def is_disputed(self, name: str) -> bool:
        """`differs`, of one field."""
        return len({_comparable(values[name]) for values in self.said.values() if _is_said(values[name])}) > 1


def pick_values(leads: Sequence[Lead], choices: Mapping[str, UUID]) -> list[Pick]:
    """Each field of the kept lead, the first of `leads`; the others come oldest first. Raises InvalidInput."""
    chosen = _checked(choices, {lead.pk for lead in leads})
    picks: list[Pick] = []
    for name in FIELDS:
        group = GROUP_OF.get(name, (name,))
        if group[0] == name:
            picks.append(_picked(leads, group, chosen.get(name), picks))
    return picks


def _checked(choices: Mapping[str, UUID], known: Iterable[UUID]) -> dict[str, UUID]:
    """The lead chosen for each group, by its first field."""
    chosen: dict[str, UUID] = {}
    for name, lead_id in choices.items():
        if name not in MERGED:
            raise bad_choice(name, f"Not chosen in a merge. Known: {', '.join(sorted(MERGED))}.")
        if lead_id not in known:
            raise bad_choice(name, f"{lead_id} is none of the leads to merge.")
        group = GROUP_OF.get(name, (name,))
        if chosen.setdefault(group[0], lead_id) != lead_id:
            raise bad_choice(name, f"Goes with {', '.join(group)}; choose one lead for all of them.")
    return chosen


def _picked(
    leads: Sequence[Lead], group: tuple[str, ...], choice: UUID | None, before: Sequence[Pick]
) -> Pick:
    said = {lead.pk: {name: getattr(lead, name) for name in group} for lead in leads}
    if group == ("alternate_phone",):
        said = {lead.pk: {"alternate_phone": _second_number(lead, before)} for lead in leads}
    if choice is not None:
        return Pick(group, said, choice, Rule.CHOSEN, said[choice])
    if group == ("tags",):
        return _united(leads, said)
    if group == ("notes",):
        return _joined(leads, said)
    kept = leads[0]
    source = _fullest(leads, group, said)
    rule = Rule.KEPT if source is kept else Rule.FILLED
    if group == ("alternate_phone",) and said[source.pk]["alternate_phone"] != source.alternate_phone:
        rule = Rule.OTHER_NUMBER
    return Pick(group, said, source.pk, rule, said[source.pk])


def _fullest(leads: Sequence[Lead], group: tuple[str, ...], said: Mapping[UUID, Values]) -> Lead:
    """Of its agency's leads that agree with all the kept one says, that which says most; the kept one, then the oldest."""
    kept = leads[0]
    stands = {name: value for name, value in said[kept.pk].items() if _is_said(value)}
    agreeing = [
        lead
        for lead in leads
        if all(_comparable(said[lead.pk][name]) == _comparable(value) for name, value in stands.items())
        and (lead.agency_id == kept.agency_id or NO_VENDOR_SEES.issuperset(group))
    ]
    return max(agreeing, key=lambda lead: sum(map(_is_said, said[lead.pk].values())))


def _second_number(lead: Lead, before: Sequence[Pick]) -> str:
    """Under which other number than the phone picked this lead says the person is reached."""
    phone = next(pick.result["phone"] for pick in before if "phone" in pick.fields)
    numbers = (lead.alternate_phone, lead.phone)
    return next((number for number in numbers if number and number != phone), "")


def _united(leads: Sequence[Lead], said: Mapping[UUID, Values]) -> Pick:
    tags = list(dict.fromkeys(tag for lead in leads for tag in lead.tags))
    is_kept = tags == leads[0].tags
    return Pick(
        ("tags",),
        said,
        leads[0].pk if is_kept else None,
        Rule.KEPT if is_kept else Rule.UNITED,
        {"tags": tags},
    )


def _joined(leads: Sequence[Lead], said: Mapping[UUID, Values]) -> Pick:
    """The kept lead's notes, then those of each other that says something else, under where they come from."""
    kept, *others = leads
    told = {kept.notes.strip(): kept.notes} if kept.notes else {}
    for lead in others:
        if lead.notes.strip():
            told.setdefault(lead.notes.strip(), f"From {lead} of {lead.agency_id}:\n{lead.notes.strip()}")
    notes = "\n\n".join(told.values())
    is_kept = notes == kept.notes
    return Pick(
        ("notes",),
        said,
        kept.pk if is_kept else None,
        Rule.KEPT if is_kept else Rule.JOINED,
        {"notes": notes if is_kept else notes[:LONGEST_TEXT]},
    )


def _is_said(value: Any) -> bool:
    return value not in SILENT


def _comparable(value: Any) -> Any:
    """Two spellings of one thing are no dispute."""
    if isinstance(value, str):
        return value.strip().casefold()
    return tuple(value) if isinstance(value, list) else value
