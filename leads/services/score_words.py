"""What people write into the free fields that the score looks at."""

import re

NO_INJURY = frozenset(
    {
        "none",
        "no",
        "no injury",
        "no injuries",
        "not injured",
        "uninjured",
        "property damage",
        "property damage only",
    }
)
UNINSURED = frozenset({"none", "no", "no insurance", "uninsured", "not insured", "none known to exist"})
OTHER_CITED = re.compile(r"\b(other|defendant|them|at.fault (driver|party)|other driver)\b")
CLAIMANT_CITED = frozenset(
    {"claimant", "client", "me", "myself", "self", "plaintiff", "caller", "both", "us"}
)


def _plain(text: str) -> str:
    return text.strip().strip(".!").casefold()


def says_no_injury(text: str) -> bool:
    """Whether an injury's name is that there is none."""
    return _plain(text) in NO_INJURY


def says_uninsured(text: str) -> bool:
    """Whether an insurance's name is that there is none; an empty text says nothing."""
    return bool(text) and _plain(text) in UNINSURED


def cited(text: str) -> str:
    """`other`, `claimant`, or an empty string where the text does not say whom."""
    if not text:
        return ""
    plain = _plain(text)
    if plain in CLAIMANT_CITED:
        return "claimant"
    return "other" if OTHER_CITED.search(plain) else ""
