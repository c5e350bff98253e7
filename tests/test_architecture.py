"""What import-linter cannot see."""

import pytest
from django.apps import apps

LAYERS = ["core", "agencies", "pricing", "leads", "analytics"]  # lowest first


def own_models() -> list[type]:
    return [model for model in apps.get_models() if model._meta.app_label in LAYERS]


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_relations_point_down(model: type) -> None:
    """A foreign key named by a string is no import: `"leads.Lead"` in agencies would be a dependency upward."""
    own = LAYERS.index(model._meta.app_label)  # type: ignore[attr-defined]
    for field in model._meta.get_fields():  # type: ignore[attr-defined]
        target = field.related_model if field.is_relation and field.concrete else None
        if target is not None and target._meta.app_label in LAYERS:
            assert LAYERS.index(target._meta.app_label) <= own, f"{field} points up"


def test_every_index_and_constraint_is_named_by_us() -> None:
    for model in own_models():
        for index in model._meta.indexes:  # type: ignore[attr-defined]
            assert index.name.startswith(model._meta.app_label), index.name  # type: ignore[attr-defined]
