"""Filters in words, in either shape that advanced search takes."""

from collections.abc import Mapping
from typing import Any

from leads.admin.explaining import shown, words
from leads.services.searching.operators import Operator
from leads.services.searching.reading import TREE_KEYS

SPOKEN: dict[str, str] = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.STARTS_WITH: "starts with",
    Operator.GREATER_THAN: "is more than",
    Operator.GREATER_OR_EQUAL: "is at least",
    Operator.LESS_THAN: "is less than",
    Operator.LESS_OR_EQUAL: "is at most",
    Operator.BETWEEN: "is between",
    Operator.WITHIN_LAST: "is within the last days:",
}
STEP = "\N{EM SPACE}"  # before a part of a group, once a level


def told_filters(filters: Any) -> list[str]:
    """Filters line by line; what no longer fits is shown as it was written."""
    if not isinstance(filters, Mapping):
        return [str(filters)]
    if not TREE_KEYS & filters.keys():
        return parameter_lines(filters)
    query = filters.get("query")
    return [*([f"Words: {query}"] if query else []), *_group(filters, 0)]


def parameter_lines(filters: Mapping[str, Any]) -> list[str]:
    """Parameters of an address: names and values."""
    return [
        f"{'Words' if name == 'q' else words(name.removesuffix('__exact'))}: {shown(value)}"
        for name, value in filters.items()
    ]


def _group(group: Mapping[str, Any], level: int) -> list[str]:
    parts = group.get("conditions")
    if not isinstance(parts, list) or not parts:
        return []
    lines = [f"{STEP * level}{'Any' if group.get('logic') == 'OR' else 'All'} of:"] if len(parts) > 1 else []
    inner = level + bool(lines)
    for part in parts:
        lines += _part(part, inner)
    return lines


def _part(part: Any, level: int) -> list[str]:
    if not isinstance(part, Mapping):
        return [f"{STEP * level}{part}"]
    if "conditions" in part:
        return _group(part, level)
    operator = str(part.get("operator"))
    said = SPOKEN.get(operator, operator.replace("_", " "))
    value = f" {shown(part['value'])}" if part.get("value") is not None else ""
    return [f"{STEP * level}{words(str(part.get('field')))} {said}{value}"]
