"""Reads that are kept for five minutes, or until something they read changes."""

import functools
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.actors import Actor
from crm.core.api.renderers import OrjsonRenderer
from crm.core.api.requests import actor_of
from crm.core.cache_counts import count_read
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.generations import generations
from crm.core.keeping import Way, kept_exactly

Handler = Callable[..., Response]
Scopes = Collection[str]

MAX_AGE: Final = 30  # seconds that a browser may keep an answer
CREDENTIALS: Final = ("Authorization", "X-API-Key")
LARGEST: Final = 1024 * 1024  # bytes; a larger answer is not kept, and nobody waits for one


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of an answer: its bytes and their entity tag."""

    body: bytes
    etag: str

    @property
    def is_kept(self) -> bool:
        return len(self.body) <= LARGEST


class _NotKeptError(Exception):
    """Carries a response that is nobody else's: not a 200."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


def cached_read(
    name: str, *, reads: Scopes | Callable[[Request], Scopes]
) -> Callable[[Handler], Callable[..., HttpResponseBase]]:
    """Keep what a view's GET answers: JSON, made of `reads` (scopes of `crm.core.generations`) and of nothing else.

    Answers are kept by `name`, what the caller may see, the address's parts, the query and the business day, so
    the handler may ask these and no more of its request. Permissions are checked before. A change is seen at the
    next read after its commit; what only the time changes, after five minutes at most. A callable `reads` may refuse
    the request.
    """

    def decorate(handler: Handler) -> Callable[..., HttpResponseBase]:
        @functools.wraps(handler)
        def read(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            @functools.cache
            def own() -> Answer:
                return _answer_of(handler(view, request, *args, **kwargs))

            def take() -> Answer | None:
                return own() if own().is_kept else None

            scopes = reads(request) if callable(reads) else reads
            try:
                kept, way = kept_exactly(
                    f"read:{name}:{_key_of(request, kwargs)}",
                    version=lambda: generations(scopes),
                    take=take,
                    anew=_wants_it_anew(request),
                )
                answer = kept.value or own()
            except _NotKeptError as passing:
                return passing.response
            way = way if kept.value else Way.MISS
            count_read(name, way)
            return _response(answer, way)

        return read

    return decorate


def scope_of(actor: Actor) -> str:
    """Whose answers may be shared: all who see everything, an agency's people and keys, one agent alone."""
    if actor.role in (Role.ADMIN, Role.MANAGER):
        return "all"
    return f"agency:{actor.vendor_code}" if actor.role == Role.VENDOR else f"person:{actor.user_id}"


def _key_of(request: Request, kwargs: dict[str, Any]) -> str:
    """The order of the query's parameters does not matter; that of a repeated one's values does."""
    parts = [
        scope_of(actor_of(request)),
        sorted((name, str(value)) for name, value in kwargs.items()),
        sorted(request.query_params.lists()),
        business_day().isoformat(),
    ]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def _wants_it_anew(request: Request) -> bool:
    return "no-cache" in request.headers.get("Cache-Control", "").lower()


def _answer_of(response: Response) -> Answer:
    body = OrjsonRenderer().render(response.data)
    if response.status_code != 200:
        raise _NotKeptError(response)
    return Answer(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _response(answer: Answer, way: Way) -> HttpResponse:
    """`ConditionalGetMiddleware` makes a 304 of it where the caller has it already.

    A browser keeps it for whoever is signed in: the next one in the same browser may see less.
    """
    response = HttpResponse(
        answer.body,
        content_type="application/json",
        headers={
            "ETag": answer.etag,
            "Cache-Control": f"private, max-age={MAX_AGE}",
            "X-Cache": "miss" if way == Way.MISS else "hit",
        },
    )
    patch_vary_headers(response, CREDENTIALS)
    return response
