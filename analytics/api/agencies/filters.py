"""What lists of agencies with numbers are asked."""

from typing import Any

from django_filters import CharFilter

from agencies.api.filters import AgencyFilter


class ExplainedAgencyFilter(AgencyFilter):
    """As agencies are narrowed, and whether to explain the numbers."""

    explain = CharFilter(method="unchanged", label="true: with `definitions` and the inputs of grades.")

    def unchanged(self, queryset: Any, name: str, value: str) -> Any:
        """What is listed does not depend on it."""
        return queryset
