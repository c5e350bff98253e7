"""What all reads of the numbers have in common."""

import functools
from collections.abc import Callable, Collection
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from analytics.api.asking import ExplainQuery, PeriodQuery, asked, understood
from analytics.api.explaining import explained
from crm.core.api.caching import cached_read
from crm.core.generations import agency_scope
from crm.core.snapshots import consistent_read

Read = Callable[[Any, dict[str, Any]], dict[str, Any]]

OF_ALL_ONLY = "Of all agencies: there is no `vendor_code` here."


def numbers(
    summary: str,
    *,
    answer: type[Serializer[Any]],
    reads: Collection[str],
    defined: Collection[str],
    query: type[ExplainQuery] = PeriodQuery,
    description: str = "",
    name: str = "",
) -> Callable[[Read], Callable[..., HttpResponseBase]]:
    """A view's read: takes what `query` understood, returns the document.

    Its statements see one moment; the answer is kept, by `name`, until something of `reads` changes, and
    `?explain=true` adds the definitions of `defined`.
    """

    def decorate(read: Read) -> Callable[..., HttpResponseBase]:
        @extend_schema(summary=summary, description=description, parameters=[query], responses=answer)
        @cached_read(name or f"admin-{read.__name__}", reads=functools.partial(_scopes, reads, query))
        @functools.wraps(read)
        def get(view: Any, request: Request) -> Response:
            with consistent_read():
                given = asked(request, query)
                document = read(view, given)
            return Response(explained(document, defined, is_asked=given["explain"]))

        return get

    return decorate


def of_agency(reads: Collection[str], code: str | None) -> Collection[str]:
    """The scopes of one agency's numbers (of all where `code` is None): only its leads matter."""
    return [agency_scope(code) if code and scope == "leads" else scope for scope in reads]


def _scopes(reads: Collection[str], query: type[ExplainQuery], request: Request) -> Collection[str]:
    return of_agency(reads, understood(request, query)["vendor_code"])
