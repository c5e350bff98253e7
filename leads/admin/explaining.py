"""A lead's history and the record of the program's decisions, as the lead's page shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from leads.models import Lead

ACTIONS = {
    "created": "Came in",
    "handed_over": "Handed over",
    "bulk_assigned": "Assigned in bulk",
    "bulk_unassigned": "Returned to the pool in bulk",
    "bulk_updated": "Changed in bulk",
    "unassigned": "Returned to the pool",
    "updated": "Changed",
}
"""What was done, where the name of the action does not say it in words."""
WEAKEST = 0.01  # an effect below this is drawn as none


def drawn(explained: Mapping[str, Any]) -> dict[str, Any]:
    """`explanation_of()` with each factor's bar, and the sum that its score is: base, effects, total."""
    score = explained.get("score") or {}
    factors, base = score.get("factors", ()), score.get("base")
    made = {**explained, "factors": bars_of(factors)}
    if base is not None:
        total = base + sum(effect_of(factor) for factor in factors)
        made |= {"base": number(base), "total": number(total)}
    return made


def effect_of(factor: Mapping[str, Any]) -> float:
    """What a factor adds or takes."""
    return float(factor.get("effect") or 0)


def number(value: float, sign: str = "") -> str:
    """As many decimals as there are, so that a column of them adds up."""
    return f"{value:{sign}.6f}".rstrip("0").rstrip(".")


def bars_of(factors: Any) -> list[dict[str, Any]]:
    """The factors with `side` (minus, plus, none), and `length`; in the order they were recorded."""
    effects = [effect_of(factor) for factor in factors]
    most = max((abs(effect) for effect in effects), default=0) or 1
    return [
        {
            **factor,
            "name": words(factor["name"]),
            "effect": number(effect, "+"),
            "side": "none" if abs(effect) < WEAKEST else "minus" if effect < 0 else "plus",
            "length": round(100 * abs(effect) / most),
        }
        for factor, effect in zip(factors, effects, strict=True)
    ]


def told(history: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`history_of()` in words: the fields by their names, times in the business's zone."""
    return [
        {
            **entry,
            "action": ACTIONS.get(entry["action"]) or words(entry["action"]),
            "changes": [
                {"field": field_name(name), "old": shown(old), "new": shown(new)}
                for name, (old, new) in entry["changes"].items()
            ],
        }
        for entry in history
    ]


def words(slug: str) -> str:
    """`disposition_changed` as `Disposition changed`."""
    return slug.replace("_", " ").capitalize()


def field_name(name: str) -> str:
    """A field as the forms call it."""
    names = {field.column: str(field.verbose_name) for field in Lead._meta.concrete_fields}
    return names.get(name, name.replace("_", " "))


def shown(value: Any) -> str:
    """One side of a change."""
    if value in (None, "", []):
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    at = parse_datetime(value) if isinstance(value, str) and "T" in value[:11] else None
    return date_format(localtime(at), "M j, Y, H:i") if at else str(value)
