"""`?explain=true`: an answer with the definitions of its numbers."""

from collections.abc import Iterable
from typing import Any, Final

from rest_framework.request import Request

from analytics.definitions import DEFINITIONS
from crm.core.exceptions import InvalidInput

ASKED: Final = {"true": True, "1": True, "false": False, "0": False}


def explained(document: dict[str, Any], names: Iterable[str], request: Request) -> dict[str, Any]:
    """`document`, and where the request asks for it `definitions`: each of `names` to its sentence."""
    if not is_explanation_asked(request):
        return document
    return {**document, "definitions": {name: DEFINITIONS[name] for name in names}}


def is_explanation_asked(request: Request) -> bool:
    """What `explain` says. Raises InvalidInput for anything but true and false."""
    given = request.query_params.get("explain", "false").strip().lower()
    if given not in ASKED:
        raise InvalidInput("explain is true or false.", explain=["One of true, false."])
    return ASKED[given]
