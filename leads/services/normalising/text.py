"""Plain text of bounded length."""

import math
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from crm.core.text import LINE_BREAKS, MARKUP, control_characters

INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\ufeff\u2060")
)  # what copying from a page or a spreadsheet leaves behind
EMPTY_WORDS = frozenset({"n/a", "#n/a", "-", "--", "\u2013", "\u2014", "null", "none", "nan"})


class UnreadableError(ValueError):
    """A value that cannot be taken; the message names the fix, as a sentence after the field's name."""


def scalar(value: Any) -> str:
    """A single value as text, without invisible characters and without space around it."""
    if not isinstance(value, str):
        value = _written(value)
    if value.isascii():
        return str(value.strip())
    return unicodedata.normalize("NFC", value.translate(INVISIBLE)).strip()


def _written(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        raise UnreadableError("Must be text, not true, false or null.")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UnreadableError("Must be text or a finite number.")
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, int):
        if abs(value) >= 10**40:
            raise UnreadableError("The number is too long.")
        return str(value)
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise UnreadableError(
        f"Must be text, not {'a list' if isinstance(value, list | tuple) else 'an object'}."
    )


def stated(value: Any) -> str:
    """As `scalar`, where the words for "nothing here" (N/A, null, -) are nothing."""
    text = scalar(value)
    return "" if text.casefold() in EMPTY_WORDS else text


def _without_controls(text: str, allowed: frozenset[str] = frozenset()) -> str:
    found = control_characters(text, allowed=allowed)
    if found:
        raise UnreadableError(f"Holds control characters ({', '.join(found[:5])}); remove them.")
    return text


def _bounded(text: str, longest: int | None) -> str:
    if longest is not None and len(text) > longest:
        raise UnreadableError(f"Has {len(text):,} characters; at most {longest:,} fit.")
    return text


def line(value: Any, longest: int | None) -> str:
    """One line; runs of spaces become one."""
    return _bounded(" ".join(_without_controls(scalar(value)).split()), longest)


def address_line(value: Any, longest: int | None) -> str:
    """One line made of several: a cell of a spreadsheet often holds the lines of an address."""
    return line(
        ", ".join(part.strip(" ,") for part in scalar(value).splitlines() if part.strip(" ,")), longest
    )


def name_part(value: Any, longest: int | None) -> str:
    """One line without markup."""
    text = line(value, longest)
    if MARKUP.search(text):
        raise UnreadableError("Holds markup; send plain text.")
    return text


def paragraphs(value: Any, longest: int | None) -> str:
    """Any number of lines."""
    text = scalar(value).replace("\r\n", "\n").replace("\r", "\n")
    return _bounded(_without_controls(text, LINE_BREAKS), longest)


def tag_list(value: Any, longest: int | None) -> list[str]:
    """A list, or one text with commas or semicolons between the tags; each tag once."""
    parts = value if isinstance(value, list | tuple) else scalar(value).replace(";", ",").split(",")
    if len(parts) > 100:
        raise UnreadableError("Holds more than 100 tags; send fewer.")
    tags = [line(part, longest) for part in parts if part is not None]
    return list(dict.fromkeys(tag for tag in tags if tag))
