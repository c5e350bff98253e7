"""Suggestions while somebody types, over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from crm.core.actors import Actor
from crm.core.api.permissions import IsSignedIn
from crm.core.api.requests import actor_of
from crm.core.api.serializers import PlainCharField, StrictSerializer
from leads.choices import SuggestionKind
from leads.selectors import Suggestion, kinds_for, suggestions

DEFAULT_LIMIT = 10
MAX_LIMIT = 50
DESCRIPTION = """From the names, e-mail addresses and phone numbers of people, and from cities, agencies, campaigns, agents
and tags; of what the caller may see only. What begins with `q` comes first. One or two letters stand for the beginning
of a word, more for any part of one; accents and case do not count. Vendors are told neither agents nor tags.

`value` is what the list's filters and `q` take, `label` what to show; `metadata` has the `lead_id` of a person, the
`vendor_code` of an agency, the `agent_id` of an agent."""


class AskedSerializer(StrictSerializer):
    """What has been typed."""

    q = PlainCharField(max_length=100, help_text="What has been typed so far.")
    type = serializers.ListField(
        child=serializers.ChoiceField(choices=SuggestionKind.choices),
        required=False,
        help_text="Only these; repeatable.",
    )
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)


class SuggestionSerializer(serializers.Serializer[Any]):
    """One suggestion."""

    type = serializers.ChoiceField(choices=SuggestionKind.choices)
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the contract's name, which DRF has too
    metadata = serializers.DictField(child=serializers.CharField())


@extend_schema_serializer(many=False)  # the whole answer, not one of a list
class SuggestionsSerializer(serializers.Serializer[Any]):
    """GET /search/suggestions."""

    suggestions = SuggestionSerializer(many=True)


class SuggestionViewSet(ViewSet):
    """What may be meant."""

    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="search_suggestions",
        summary="What may be meant, while somebody types",
        description=DESCRIPTION,
        parameters=[AskedSerializer],
        responses={200: SuggestionsSerializer, 400: None},
    )
    def list(self, request: Request) -> Response:
        actor = actor_of(request)
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        kinds = _kinds(given.get("type"), actor)
        found = suggestions(given["q"], actor=actor, kinds=kinds, limit=given["limit"])
        return Response({"suggestions": [_document(one) for one in found]})


def _kinds(given: list[str] | None, actor: Actor) -> list[SuggestionKind]:
    known = kinds_for(actor.role)
    unknown = sorted(set(given or ()).difference(known))
    if unknown:
        raise ValidationError({"type": [f"Unknown: {', '.join(unknown)}. Known: {', '.join(known)}."]})
    return [kind for kind in known if not given or kind in given]


def _document(one: Suggestion) -> dict[str, Any]:
    return {"type": one.kind, "value": one.value, "label": one.label, "metadata": one.metadata}
