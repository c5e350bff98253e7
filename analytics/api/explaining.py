"""`?explain=true`: an answer with the definitions of its numbers."""

from collections.abc import Iterable
from typing import Any

from rest_framework.request import Request

from analytics.api.asking import ExplainQuery
from analytics.definitions import DEFINITIONS


def explained(document: dict[str, Any], names: Iterable[str], *, is_asked: bool) -> dict[str, Any]:
    """`document`, and where that is asked `definitions`: each of `names` to its sentence."""
    return {**document, "definitions": {name: DEFINITIONS[name] for name in names}} if is_asked else document


def is_explanation_asked(request: Request) -> bool:
    """What `explain` says, whatever else is asked. 400 for anything but true and false."""
    query = ExplainQuery(data={"explain": request.query_params.get("explain", "false")})
    query.is_valid(raise_exception=True)
    return bool(query.validated_data["explain"])
