"""Money, whole numbers, yes and no."""

import re
from decimal import Decimal
from typing import Any

from leads.services.normalising.text import UnreadableError, scalar, stated

MONEY = re.compile(
    r"(?:usd\s*|us)?\$?\s*((?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,20}))?|\.\d{1,2})\s*(?:usd)?",
    re.ASCII | re.IGNORECASE,
)
MOST_MONEY = Decimal("99999999.99")
WHOLE = re.compile(r"(\d{1,9})(?:\.0+)?\s*%?", re.ASCII)

_YES = "1, 1.0, yes, y, true, t, on, x, checked, agreed, opted in, opted-in, i agree, i consent, si, sí"
_NO = "0, 0.0, no, n, false, f, off, unchecked, declined, disagree, opted out, opted-out, not agreed"
YES, NO = frozenset(_YES.split(", ")), frozenset(_NO.split(", "))
NOT_KNOWN = frozenset(
    {"", "unknown", "not sure", "unsure", "don't know", "dont know", "do not know", "maybe", "?"}
)


def money(value: Any) -> Decimal | None:
    """An amount of dollars, from 0 to 99,999,999.99 and exact to the cent; None for nothing."""
    text = stated(value)
    if not text:
        return None
    found = MONEY.fullmatch(text)
    if not found:
        raise UnreadableError("Is not an amount of money; send one like 1234.50, not negative.")
    amount = Decimal(found[1].replace(",", ""))
    cents = amount.quantize(Decimal("0.01"))
    if cents != amount:
        raise UnreadableError("Has parts of a cent; send at most two decimals.")
    if cents > MOST_MONEY:
        raise UnreadableError(f"Is more than {MOST_MONEY:,}.")
    return cents


def whole(value: Any, least: int, most: int) -> int | None:
    """A whole number within bounds; None for nothing."""
    text = stated(value)
    if not text:
        return None
    found = WHOLE.fullmatch(text)
    if not found or not least <= int(found[1]) <= most:
        raise UnreadableError(f"Must be a whole number from {least} to {most}.")
    return int(found[1])


def yes_or_no(value: Any) -> bool | None:
    """True, False, or None where it is not known."""
    if isinstance(value, bool):
        return value
    text = " ".join(scalar(value).casefold().rstrip(".!").split())
    if text in YES:
        return True
    if text in NO:
        return False
    if text in NOT_KNOWN or not stated(text):
        return None
    raise UnreadableError("Must be yes or no (1 or 0, true or false).")
