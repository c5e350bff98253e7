"""The record of the program's decisions, as the lead's page draws it."""

from collections.abc import Mapping
from typing import Any

WEAKEST = 0.01  # an effect below this is drawn as none


def drawn(explained: Mapping[str, Any]) -> dict[str, Any]:
    """`explanation_of()` with each factor's bar: its side, and its length in percent of the longest."""
    score = explained.get("score")
    return {**explained, "factors": bars_of((score or {}).get("factors", ()))}


def bars_of(factors: Any) -> list[dict[str, Any]]:
    """The factors with `side` (minus, plus, none), and `length`; in the order they were recorded."""
    effects = [float(factor.get("effect") or 0) for factor in factors]
    most = max((abs(effect) for effect in effects), default=0) or 1
    return [
        {
            **factor,
            "effect": f"{effect:+.1f}" if abs(effect) >= WEAKEST else "0",
            "side": "none" if abs(effect) < WEAKEST else "minus" if effect < 0 else "plus",
            "length": round(100 * abs(effect) / most),
        }
        for factor, effect in zip(factors, effects, strict=True)
    ]
