"""The OpenAPI document: made once per process, with the contract's paths and errors."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

Endpoint = tuple[str, str, str, Callable[..., Any]]

ERROR = {
    "type": "object",
    "required": ["error", "code", "details"],
    "properties": {
        "error": {"type": "string", "description": "A sentence for a person."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "details": {"type": "object", "description": "For 400: a field's name to a list of sentences."},
    },
}
ERROR_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
METHODS = ("get", "post", "put", "patch", "delete")


def without_slashes(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Paths as the contract writes them; the router answers the slash as well."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


def with_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every operation may answer the contract's error."""
    result["components"]["schemas"]["Error"] = ERROR
    for path in result["paths"].values():
        for operation in (path[method] for method in METHODS if method in path):
            responses = operation["responses"]
            responses["default"] = {"description": "What is wrong, and what to do.", "content": ERROR_CONTENT}
            for code, response in responses.items():
                if code.startswith(("4", "5")):
                    response.setdefault("content", ERROR_CONTENT)
    return result


@functools.cache
def document() -> bytes:
    """The document: the same for all callers."""
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    rendered: bytes = OpenApiJsonRenderer().render(generator.get_schema(public=True))
    return rendered


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Serves the document."""
    return HttpResponse(document(), content_type="application/json")
