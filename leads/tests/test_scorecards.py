"""Scorecards: versions, and weights that make sense."""

import math
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from crm.core.actors import Actor
from leads.exceptions import InvalidInput
from leads.models import Lead, Scorecard
from leads.services.law import LawTable
from leads.services.scorecards import check_weights, first_weights
from leads.services.scoring import new_scorecard, score_lead


@pytest.mark.django_db
def test_a_new_scorecard_is_a_new_version() -> None:
    weights = {**first_weights(), "base": 4}

    card = new_scorecard(weights, actor=Actor.system("tests"), note="Harder")

    assert Scorecard.objects.latest() == card
    assert (card.author, card.note) == ("tests", "Harder")
    made = score_lead(Lead(), law=LawTable([]), scorecard=card, today=date(2026, 11, 21))
    assert (made.value, made.version) == (4, card.version)


def changed(path: str, value: Any) -> dict[str, Any]:
    weights = deepcopy(first_weights())
    *groups, name = path.split(".")
    target = weights
    for group in groups:
        target = target[group]
    if value is None:
        del target[name]
    else:
        target[name] = value
    return weights


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("base", 11),
        ("base", None),
        ("fault", 3),
        ("fault.clear", "1"),
        ("fault.clear", math.inf),
        ("fault.clear", True),
        ("fault.clear", 21),
        ("fault.clear", None),
        ("fault.sunny", 1),
        ("weather", {}),
        ("representation.yes", 2),  # a lawyer would help
        ("treatment.emergency", 9),  # more than surgery
    ],
)
def test_weights_that_make_no_sense_are_refused_by_name(path: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_weights(changed(path, value))

    group = path.split(".", maxsplit=1)[0]
    assert any(name.startswith(f"weights.{group}") for name in refusal.value.details)


def test_no_treatment_is_never_better_than_late_treatment() -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_weights(changed("first_treatment.late", -3))

    assert list(refusal.value.details) == ["weights.treatment.none"]


def test_weights_that_are_no_object_are_refused() -> None:
    with pytest.raises(InvalidInput):
        check_weights([])


def test_the_first_weights_make_sense() -> None:
    check_weights(first_weights())


@pytest.mark.django_db
def test_nothing_is_stored_of_weights_that_make_no_sense() -> None:
    before = Scorecard.objects.count()

    with pytest.raises(InvalidInput):
        new_scorecard({}, actor=Actor.system("tests"))
    assert Scorecard.objects.count() == before
