"""From one flat record, named and written as its sender pleased, to the fields of a lead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from leads.services.normalising.aliases import CASE_TYPE, COMPUTED, DESCRIPTION, FULL_NAME, field_named
from leads.services.normalising.contacts import phone_and_extension
from leads.services.normalising.dates import OLDEST
from leads.services.normalising.fields import LONGEST_TEXT, PARSERS
from leads.services.normalising.names import split_name
from leads.services.normalising.text import UnreadableError, line, name_part, paragraphs

PHONES = ("phone", "alternate_phone")
MOMENTS = {"created_at", "first_contact_at", "last_contact", "closed_date"}
DAYS = {"accident_date": "crash", "date_of_birth": "birth", "treatment_date": "first treatment"}


@dataclass(frozen=True, slots=True)
class Normalised:
    """What could be read of a record.

    `values`: field of the lead → what the model holds, for every field that was given and could be read
    (`vendor_code` is the agency's code, `assigned_agent` an e-mail address or a name).
    `problems`: field → sentences that name the fix; such a field is not in `values`.
    `unplaced`: what was sent under a name that is not known, as it was sent; and extensions of phone numbers.
    `blank`: fields that were sent without a value.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    unplaced: dict[str, Any] = field(default_factory=dict)
    blank: set[str] = field(default_factory=set)

    @property
    def is_clean(self) -> bool:
        """Whether all that was sent could be read."""
        return not self.problems and not self.unplaced


def note_extensions(found: Normalised, raw: Mapping[str, Any]) -> None:
    """Keep the extensions of phone numbers in the notes of a new lead.

    They are what is unplaced although nothing of `raw` is named so; nobody could correct such a field.
    """
    names = [name for name in found.unplaced if name not in raw]
    if not names:
        return
    lines = [f"{name[:1].upper()}{name[1:]}: {found.unplaced.pop(name)}" for name in names]
    room = LONGEST_TEXT - len("\n".join(["", *lines]))
    found.values["notes"] = "\n".join([*filter(None, [found.values.get("notes", "")[:room]]), *lines])
    found.blank.discard("notes")


Given = dict[str, list[tuple[str, Any]]]
"""Field → the names it was sent under, each with its value."""


def normalise(raw: Mapping[str, Any], *, today: date) -> Normalised:
    """Read `raw`; `today` is the business's day: no crash can be after it. Never raises."""
    found = Normalised()
    given = _sorted_by_field(raw, found)
    full_name, description, case_type = (
        given.pop(name, None) for name in (FULL_NAME, DESCRIPTION, CASE_TYPE)
    )
    phones = {name: given.pop(name) for name in PHONES if name in given}
    for name, sent in given.items():
        _read(name, sent, found, today)
    if phones:
        _read_phones(phones, found)
    if full_name:
        _spread_name(full_name, found)
    if description:
        _spread_description(description, found)
    if case_type:
        _spread_case_type(case_type, found)
    _check_dates(found, today)
    return found


def _sorted_by_field(raw: Mapping[str, Any], found: Normalised) -> Given:
    given: Given = {}
    for name, value in raw.items():
        known = name if name in PARSERS else field_named(str(name))
        if known is None or known in COMPUTED:
            found.unplaced[str(name)] = value
        elif not value.strip() if isinstance(value, str) else value is None or value in ([], ()):
            found.blank.add(known)
        elif known in given:
            given[known].append((str(name), value))
        else:
            given[known] = [(str(name), value)]
    return given


def _read(name: str, sent: list[tuple[str, Any]], found: Normalised, today: date) -> None:
    """Read one field; several names that say the same are one, several that differ are a problem."""
    if len(sent) == 1:
        try:
            only = PARSERS[name](sent[0][1], today)
        except UnreadableError as error:
            _add(found, name, str(error))
        else:
            if only is None or only == "" or only == []:
                found.blank.add(name)
            else:
                found.values[name] = only
        return
    read: list[tuple[str, Any]] = []
    for alias, value in sent:
        try:
            read.append((alias, PARSERS[name](value, today)))
        except UnreadableError as error:
            _add(found, name, f"As {alias!r}: {error}")
    filled = [(alias, value) for alias, value in read if value not in (None, "", [])]
    if name in found.problems:
        return
    if not filled:
        found.blank.add(name)
    elif all(value == filled[0][1] for _, value in filled):
        found.values[name] = filled[0][1]
    else:
        told = ", ".join(f"{alias!r} says {str(value)[:60]!r}" for alias, value in filled)
        _add(found, name, f"Sent more than once with different values: {told}. Send one of them.")


def _read_phones(sent: dict[str, list[tuple[str, Any]]], found: Normalised) -> None:
    """A second number sent under another name of `phone` is the alternate one; a third is a problem."""
    numbers: list[str] = []
    for name, pairs in sent.items():
        for alias, value in sorted(pairs, key=lambda pair: pair[0] != name):
            try:
                number, extension = phone_and_extension(value)
            except UnreadableError as error:
                _add(found, name, str(error) if len(pairs) == 1 else f"As {alias!r}: {error}")
                continue
            if number and number not in numbers:
                numbers.append(number)
            if extension:
                found.unplaced[f"{alias} extension"] = extension
    if len(numbers) > len(PHONES):
        _add(
            found, "phone", f"Three different numbers were sent ({', '.join(numbers[:5])}); send two at most."
        )
        return
    names = [name for name in PHONES if name not in found.problems]
    found.values.update(zip(names if "phone" in sent else names[1:], numbers, strict=False))
    found.blank.update(name for name in sent if name not in found.values and name not in found.problems)


def _spread_name(sent: list[tuple[str, Any]], found: Normalised) -> None:
    """A full name fills the parts that were not sent; parts that contradict it are a problem."""
    try:
        names = {name_part(value, 200) for _, value in sent}
        parts = dict(zip(("first_name", "last_name"), split_name(min(names)), strict=True))
        parts = {name: name_part(value, 100) for name, value in parts.items()}
    except UnreadableError as error:
        _add(found, FULL_NAME, str(error))
        return
    if len(names) > 1:
        _add(
            found,
            FULL_NAME,
            f"Sent more than once with different values: {', '.join(sorted(names))}. Send one of them.",
        )
        return
    words = {word.casefold() for word in _words(min(names))}
    for part, value in parts.items():
        told = found.values.get(part)
        if told is None and value and part not in found.problems:
            found.values[part] = value
            found.blank.discard(part)
        elif told and not words.issuperset(word.casefold() for word in _words(told)):
            _add(
                found,
                part,
                f"{sent[0][0]!r} says {min(names)!r} and {part!r} says {told!r}; send one of them.",
            )
            del found.values[part]


def _words(name: str) -> list[str]:
    return name.replace(",", " ").split()


def _spread_description(sent: list[tuple[str, Any]], found: Normalised) -> None:
    """What happened, in words: the injuries' description where none was sent, else a note."""
    try:
        texts = list(dict.fromkeys(paragraphs(value, LONGEST_TEXT) for _, value in sent))
    except UnreadableError as error:
        _add(found, DESCRIPTION, str(error))
        return
    told = found.values.get("injury_description")
    if told is None and "injury_description" not in found.problems:
        found.values["injury_description"] = texts.pop(0)
        found.blank.discard("injury_description")
    texts = [text for text in texts if text != told]
    if texts and "notes" not in found.problems:
        found.values["notes"] = "\n".join([*filter(None, [found.values.get("notes")]), *texts])
        found.blank.discard("notes")


def _spread_case_type(sent: list[tuple[str, Any]], found: Normalised) -> None:
    """The kind of case has no field of its own: it becomes a tag, which lists can be filtered by."""
    try:
        kinds = [line(value, 50) for _, value in sent]
    except UnreadableError as error:
        _add(found, CASE_TYPE, str(error))
        return
    if "tags" in found.problems:
        return
    found.values["tags"] = list(dict.fromkeys([*found.values.get("tags", []), *kinds]))
    found.blank.discard("tags")


def _check_dates(found: Normalised, today: date) -> None:
    values = found.values
    for name in MOMENTS & values.keys():
        at: datetime = values[name]
        if (at.date() - today).days > 1 or at.year < OLDEST.year:
            _add(
                found,
                name,
                f"{at:%Y-%m-%d %H:%M} is not between {OLDEST.year} and today ({today}); correct the date.",
            )
            del values[name]
    given = DAYS.keys() & values.keys()
    for name in given:
        day: date = values[name]
        if not OLDEST <= day <= today:
            when = f"in the future (today is {today})" if day > today else f"before {OLDEST.year}"
            _add(found, name, f"{day} is {when}; send the day of the {DAYS[name]}.")
            del values[name]
    if len(given) > 1:
        _check_order(found)


def _check_order(found: Normalised) -> None:
    values = found.values
    accident, birth, treated = (values.get(name) for name in DAYS)
    if accident and birth and accident < birth:
        _add(
            found,
            "accident_date",
            f"The crash ({accident}) is before the birth ({birth}); correct one of them.",
        )
        del values["accident_date"]
    elif accident and treated and treated < accident:
        _add(
            found,
            "treatment_date",
            f"The treatment ({treated}) is before the crash ({accident}); correct one of them.",
        )
        del values["treatment_date"]


def _add(found: Normalised, name: str, sentence: str) -> None:
    found.problems.setdefault(name, []).append(sentence)
