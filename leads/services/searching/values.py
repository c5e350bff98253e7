"""How the values of conditions are read; all raise UnreadableError with a sentence that names the fix."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import phonenumbers
from django.conf import settings

from crm.core.clock import business_zone, day_bounds
from leads.services.normalising import contacts, text
from leads.services.normalising.fields import PARSERS
from leads.services.normalising.text import UnreadableError

Reader = Callable[[Any], Any]
Span = tuple[datetime, datetime]
"""The first moment, and the first one after it."""

LONGEST_PART = 200  # characters
INSTANT = timedelta(microseconds=1)  # as fine as the database keeps time
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
IS_EMPTY_INSTEAD = "Is empty; ask with is_empty or is_not_empty."


def as_stored(field: str) -> Reader:
    """As intake reads `field`: an e-mail address casefolded, a phone number in E.164, spaces in order."""

    def read(value: Any) -> Any:
        return filled(PARSERS[field](value, date.max))

    return read


def filled(value: Any) -> Any:
    """`value`, unless it is nothing."""
    if value is None or value == "":
        raise UnreadableError(IS_EMPTY_INSTEAD)
    return value


def line(longest: int) -> Reader:
    """One line of text."""
    return lambda value: filled(text.line(value, longest))


part: Reader = line(LONGEST_PART)
"""A part of a text."""


def phone_part(value: Any) -> str:
    """The digits of a part of a phone number, however written."""
    digits = re.sub(r"\D", "", text.scalar(value))
    if not digits:
        raise UnreadableError("Holds no digits; send a part of a phone number.")
    return digits[:LONGEST_PART]


def phone_start(value: Any) -> str:
    """The beginning of a number: with + from its country code, without from the area code at home."""
    digits = phone_part(value)
    if text.scalar(value).startswith("+"):
        return f"+{digits}"
    return f"+{phonenumbers.country_code_for_region(settings.DEFAULT_PHONE_REGION)}{digits}"


def one_of(values: Iterable[str]) -> Reader:
    """One of a closed list."""
    known = tuple(value for value in values if value)

    def read(value: Any) -> str:
        if value not in known:
            raise UnreadableError(f"Is none of: {', '.join(known)}.")
        return str(value)

    return read


def whole(least: int, most: int) -> Reader:
    """A whole number within bounds."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise UnreadableError(f"Must be a whole number from {least:,} to {most:,}.")
        return value

    return read


def yes_or_no(value: Any) -> bool:
    """True or false, as JSON has them."""
    if not isinstance(value, bool):
        raise UnreadableError("Must be true or false.")
    return value


def identifier(value: Any) -> UUID:
    """A UUID."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise UnreadableError("Is not an id; send a UUID.") from None


def day(value: Any) -> date:
    """A date as 2026-03-01."""
    try:
        if isinstance(value, str) and ISO_DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise UnreadableError("Is not a date; send it as 2026-03-01.")


def span(value: Any) -> Span:
    """A day of the business, or one moment; a moment without a zone is in the business's."""
    if not isinstance(value, str):
        raise UnreadableError("Must be a date as 2026-03-01, or a time as 2026-03-01T14:30:00Z.")
    try:
        if ISO_DAY.fullmatch(value):
            return day_bounds(date.fromisoformat(value))
        at = datetime.fromisoformat(value)
        at = at if at.tzinfo else at.replace(tzinfo=business_zone())
        return at, at + INSTANT
    except (ValueError, OverflowError):
        raise UnreadableError(
            "Is not a date or time; send it as 2026-03-01 or 2026-03-01T14:30:00Z."
        ) from None


ME, UNASSIGNED = "me", "unassigned"


def holder(value: Any) -> str:
    """Who works a lead: an e-mail address, `me` or `unassigned`."""
    word = text.line(value, 254).casefold()
    return word if word in (ME, UNASSIGNED) else filled(contacts.email(word, 254))
