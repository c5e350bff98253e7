"""Shapes of searches and saved filters. What filters may hold is `leads.services.searching`'s matter."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.core.api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from crm.core.api.serializers import PlainCharField, StrictSerializer
from leads.services.searching.fields import FIELDS
from leads.services.searching.operators import Logic, Operator
from leads.services.searching.trees import DEEPEST, MOST_CONDITIONS
from leads.services.searching.values import LONGEST_PART

_LOGIC = {"type": "string", "enum": [logic.value for logic in Logic], "default": Logic.AND.value}
_PART = {
    "type": "object",
    "description": "A condition {field, operator, value}, or a group {logic, conditions}.",
    "properties": {
        "field": {"type": "string", "enum": sorted(FIELDS)},
        "operator": {"type": "string", "enum": [operator.value for operator in Operator]},
        "value": {"description": "By the field's kind; a list for in, not_in and between."},
        "logic": _LOGIC,
        "conditions": {"type": "array", "items": {"type": "object"}, "maxItems": MOST_CONDITIONS},
    },
}


@extend_schema_field(
    {
        "type": "object",
        "description": "A tree of conditions, nested up to "
        f"{DEEPEST} levels: {{query?, logic, conditions}}; or the parameters of GET /leads: "
        '{"disposition": ["New"], "state": "NY"}.',
        "properties": {
            "query": {"type": "string"},
            "logic": _LOGIC,
            "conditions": {"type": "array", "items": _PART, "maxItems": MOST_CONDITIONS},
        },
        "additionalProperties": True,
        "examples": [
            {
                "logic": "AND",
                "conditions": [
                    {"field": "state", "operator": "in", "value": ["NY", "NJ"]},
                    {
                        "logic": "OR",
                        "conditions": [
                            {"field": "quality_score", "operator": "greater_or_equal", "value": 8},
                            {"field": "created_at", "operator": "within_last", "value": 7},
                        ],
                    },
                ],
            }
        ],
    }
)
class FiltersField(serializers.JSONField):
    """Filters in either shape."""


class SortSerializer(StrictSerializer):
    """One of the list's orderings."""

    field = serializers.CharField()
    order = serializers.ChoiceField(choices=["asc", "desc"], default="desc")


class PagingSerializer(StrictSerializer):
    """Which page."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)
    cursor = serializers.CharField(allow_null=True, default=None, help_text="From the page before.")


class AdvancedSearchSerializer(StrictSerializer):
    """A search; all that is given must hold."""

    query = PlainCharField(required=False, allow_blank=True, default="", max_length=LONGEST_PART)
    filters = FiltersField(required=False)
    saved_filter = serializers.UUIDField(required=False)
    sort = SortSerializer(required=False)
    pagination = PagingSerializer(required=False)


class SavedFilterInputSerializer(StrictSerializer):
    """A filter to keep."""

    name = PlainCharField(max_length=100, markup=False)
    description = PlainCharField(required=False, allow_blank=True, default="", max_length=500)
    filters = FiltersField()
    isPublic = serializers.BooleanField(
        required=False,
        source="is_public",
        help_text="All of the staff see and use it. Without: POST makes it private, PUT leaves it as it is.",
    )


class SavedFilterSerializer(serializers.Serializer[Any]):
    """A filter kept."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    filters = FiltersField()
    isPublic = serializers.BooleanField()
    owner = serializers.EmailField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    problems = serializers.ListField(
        child=serializers.CharField(), help_text="Why it no longer fits; using it is then a 400."
    )


class PresetsSerializer(serializers.Serializer[Any]):
    """The filters to offer."""

    userFilters = SavedFilterSerializer(many=True, help_text="One's own, by name.")
    publicFilters = SavedFilterSerializer(many=True, help_text="Others' public ones, by name; the first 200.")
    recentFilters = SavedFilterSerializer(many=True, help_text="The last ten used, newest first.")


class DeletedFilterSerializer(serializers.Serializer[Any]):
    """The answer to DELETE."""

    success = serializers.BooleanField()
    id = serializers.UUIDField()
