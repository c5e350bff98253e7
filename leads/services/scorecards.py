"""Scorecards: what a set of weights must look like, and adding a new version."""

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.db import transaction

from crm.core.actors import Actor
from leads.exceptions import InvalidInput
from leads.models.scorecard import Scorecard

FIRST_SCORECARD = Path(__file__).resolve().parent.parent / "fixtures" / "scorecard_v1.json"

HEAVIEST = 20

# Each group's weights, worst first: a weight may not be above the next one. "0" is what is unknown or usual.
CHAINS: dict[str, tuple[tuple[str, ...], ...]] = {
    "representation": (("yes", "fired", "0", "no"),),
    "fault": (("barred", "mainly", "partial", "0", "clear"),),
    "injury": (("none", "0", "named"),),
    "treatment": (
        ("none", "0", "doctor", "urgent_care", "emergency", "hospital", "surgery"),
        ("doctor", "ongoing", "surgery"),
    ),
    "medical_bills": (("0", "under_10k", "10k_25k", "25k_50k", "50k_100k", "over_100k"),),
    "first_treatment": (("late", "0", "prompt"), ("pip_lost", "0"), ("stale", "0")),
    "accident_age": (("stale", "old", "0", "recent", "fresh", "prime"),),
    "deadline": (("past", "near", "0"),),
    "coverage": (("uninsured", "0", "insured"), ("no_pay_no_play", "0", "commercial"), ("0", "rideshare")),
    "evidence": (
        ("no_report", "0", "report"),
        ("0", "report_number"),
        ("claimant_cited", "0", "other_cited"),
    ),
    "completeness": (("0", "full"),),
    "consent": (("refused", "0", "certificate"),),
    "settlement": (("prior", "0"),),
}
GROUPS = {
    group: frozenset(name for chain in chains for name in chain) - {"0"} for group, chains in CHAINS.items()
}


def first_weights() -> dict[str, Any]:
    """The weights a new installation starts with."""
    weights: dict[str, Any] = json.loads(FIRST_SCORECARD.read_text(encoding="utf-8"))
    return weights


@transaction.atomic
def new_scorecard(weights: Mapping[str, Any], *, actor: Actor, note: str = "") -> Scorecard:
    """Put weights in force, for leads scored from now on. InvalidInput names every weight that is wrong."""
    check_weights(weights)
    return Scorecard.objects.create(weights=dict(weights), note=note, author=actor.label)


def check_weights(weights: Any) -> None:
    """Every weight there, none unknown, each a number, and in an order that makes sense of the facts."""
    problems = _form_problems(weights) or _order_problems(weights)
    if problems:
        name, sentences = next(iter(problems.items()))
        raise InvalidInput(f"{name}: {sentences[0]}", **problems)


def _form_problems(weights: Any) -> dict[str, list[str]]:
    if not isinstance(weights, dict):
        return {"weights": ["Must be an object of groups; see docs/scoring.md."]}
    problems = _name_problems("weights", frozenset(weights), frozenset({"base", *GROUPS}))
    if "base" in weights and not (_is_number(weights["base"]) and 1 <= weights["base"] <= 10):
        problems["weights.base"] = ["Must be a number from 1 to 10."]
    for group, names in GROUPS.items():
        given = weights.get(group, dict.fromkeys(names, 0))
        if not isinstance(given, dict):
            problems[f"weights.{group}"] = [f"Must be an object with {', '.join(sorted(names))}."]
            continue
        problems |= _name_problems(f"weights.{group}", frozenset(given), names)
        for name in given.keys() & names:
            if not _is_number(given[name]) or abs(given[name]) > HEAVIEST:
                problems[f"weights.{group}.{name}"] = [f"Must be a number from -{HEAVIEST} to {HEAVIEST}."]
    return problems


def _name_problems(path: str, given: frozenset[str], known: frozenset[str]) -> dict[str, list[str]]:
    missing = {f"{path}.{name}": ["Missing."] for name in sorted(known - given)}
    return missing | {f"{path}.{name}": ["Unknown."] for name in sorted(given - known, key=str)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _order_problems(weights: Mapping[str, Any]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    for group, chains in CHAINS.items():
        values = {**weights[group], "0": 0}
        for worse, better in (pair for chain in chains for pair in pairwise(chain)):
            if values[worse] > values[better]:
                named = worse if worse != "0" else better
                problems[f"weights.{group}.{named}"] = [f"{worse} must not be above {better}."]
    if weights["treatment"]["none"] > weights["treatment"]["doctor"] + weights["first_treatment"]["late"]:
        problems["weights.treatment.none"] = ["Must not be above late treatment by a doctor."]
    return problems
