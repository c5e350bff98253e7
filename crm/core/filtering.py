"""Filters of lists, as declarations."""

from collections.abc import Mapping
from typing import Any

from django_filters import FilterSet


class LeanFilterSet(FilterSet):  # type: ignore[misc] # the library ships no types
    """A filter set that takes up only the filters it was given values for.

    Eighteen filters copied and made into a form took longer than the page they choose.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **options: Any) -> None:
        known = type(self).base_filters
        given = {name: one for name, one in known.items() if data and name in data}
        setattr(self, "base_filters", given)  # noqa: B010 - the class keeps all of them
        super().__init__(data, *args, **options)
