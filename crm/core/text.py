"""Text from outside: what is refused in it, wherever it comes in."""

import re
import unicodedata

MARKUP = re.compile(r"<\s*[a-zA-Z!/?]|&#|javascript:", re.IGNORECASE)
LINE_BREAKS = frozenset("\n\r\t")
DIRECTION_CHANGES = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


def control_characters(text: str, *, allowed: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """The control and direction-changing characters in `text`, as `U+XXXX`."""
    if text.isprintable() or ("\n" in allowed and text.replace("\n", "").isprintable()):
        return []  # none of them is: the usual text costs no look at each character
    return [
        f"U+{ord(char):04X}"
        for char in dict.fromkeys(text)
        if (char not in allowed and unicodedata.category(char) in ("Cc", "Cs", "Co"))
        or char in DIRECTION_CHANGES
    ]


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: str) -> str:
    """A cell that a spreadsheet shows instead of running: an apostrophe stands before what starts a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def undefused(cell: str) -> str:
    """What `defused` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell
