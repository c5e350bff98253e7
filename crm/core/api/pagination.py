"""Paging by keyset: a page at depth a million costs what the first costs."""

import hashlib
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import BooleanField, F, Func, Model, OrderBy, QuerySet, Value
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.counting import count_up_to

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
EXACT_UP_TO = 10_000
SIGNER = signing.Signer(salt="crm.core.cursor")


class RowComparison(Func):
    """`(a, b) < (x, y)` as one row comparison, which PostgreSQL reads off an index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: list[Any], operator: str, values: list[Any]) -> None:
        self.columns_count = len(columns)
        self.operator = operator
        super().__init__(*columns, *values)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts: list[str] = []
        params: list[Any] = []
        for expression in self.get_source_expressions():
            sql, own = compiler.compile(expression)
            parts.append(sql)
            params.extend(own)
        left, right = parts[: self.columns_count], parts[self.columns_count :]
        return f"({', '.join(left)}) {self.operator} ({', '.join(right)})", params


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of which list: `scope` is the list and its filters, in short."""

    limit: int
    ordering: str
    scope: str
    cursor: str | None
    cursor_path: str = "cursor"  # where the caller wrote it


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page starts: after the row with this value and id, in this order; carries the total along.

    Signed without a time, so that the same page has the same cursor and the same ETag.
    """

    scope: str  # the list and its filters
    ordering: str
    value: Any
    pk: str
    total: int
    is_estimate: bool

    def encode(self) -> str:
        value = self.value
        if value is not None and not isinstance(value, str | int):
            value = str(value) if isinstance(value, Decimal) else value.isoformat()
        return SIGNER.sign_object([self.scope, self.ordering, value, self.pk, self.total, self.is_estimate])

    @classmethod
    def decode(cls, asked: PageAsked) -> "Position | None":
        """400 for a cursor that was edited, or belongs to another list, other filters or another ordering."""
        if not asked.cursor:
            return None
        try:
            position = cls(*SIGNER.unsign_object(asked.cursor))
        except (signing.BadSignature, TypeError, ValueError):
            raise _not_a_cursor(asked.cursor_path) from None
        if (position.scope, position.ordering) != (asked.scope, asked.ordering):
            raise _not_a_cursor(asked.cursor_path)
        return position


class KeysetPagination(BasePagination):
    """The contract's lists. The view names its orderings in `ordering_fields`, its default in `ordering`."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        asked = PageAsked(
            limit=_limit_of(request),
            ordering=_ordering_of(request, view),
            scope=_scope_of(request),
            cursor=request.query_params.get("cursor"),
        )
        return self.page(queryset, asked)

    def page(self, queryset: QuerySet[Any], asked: PageAsked) -> list[Any]:
        """The rows of one page; `get_paginated_response` then knows how it goes on."""
        self.limit, self.ordering, self.scope = asked.limit, asked.ordering, asked.scope
        self.field = self.ordering.removeprefix("-")
        position = Position.decode(asked)
        rows = self._rows(queryset, position)
        self.has_more = len(rows) > self.limit
        self.rows = rows[: self.limit]
        if position:
            self.total, self.is_estimate = position.total, position.is_estimate
        elif self.has_more:
            self.total, self.is_estimate = count_up_to(queryset, EXACT_UP_TO)
        else:
            self.total, self.is_estimate = len(rows), False
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        pagination: dict[str, Any] = {"total": self.total, "cursor": None, "hasMore": self.has_more}
        if self.has_more:
            last = self.rows[-1]
            value, pk = (
                (last[self.field], last["id"])
                if isinstance(last, dict)
                else (getattr(last, self.field), last.pk)
            )
            pagination["cursor"] = Position(
                self.scope, self.ordering, value, str(pk), self.total, self.is_estimate
            ).encode()
        if self.is_estimate:
            pagination["totalIsEstimate"] = True
        return Response({"data": data, "pagination": pagination})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "pagination"],
            "properties": {
                "data": schema,
                "pagination": {
                    "type": "object",
                    "required": ["total", "cursor", "hasMore"],
                    "properties": {
                        "total": {"type": "integer"},
                        "cursor": {"type": ["string", "null"]},
                        "hasMore": {"type": "boolean"},
                        "totalIsEstimate": {"type": "boolean"},
                    },
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        fields = getattr(view, "ordering_fields", ())
        parameters: list[dict[str, Any]] = [
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}},
            {"name": "cursor", "in": "query", "description": "From the page before.", "schema": {"type": "string"}},
        ]  # fmt: skip
        if fields:
            orderings = [sign + name for name in fields for sign in ("", "-")]
            parameters.append(
                {"name": "ordering", "in": "query", "schema": {"type": "string", "enum": orderings}}
            )
        return parameters

    def _rows(self, queryset: QuerySet[Any], position: Position | None) -> list[Any]:
        """Up to limit + 1 rows. Rows without a value come last, read by a second statement where needed."""
        wanted = self.limit + 1
        descending = self.ordering.startswith("-")
        field = self.field
        nullable = _model_field(queryset.model, field).null
        columns = _columns(queryset, field)
        order: list[str | OrderBy] = [f"-{name}" if descending else name for name in columns]
        rows: list[Any] = []
        if position is None or position.value is not None:
            valued = queryset.filter(**{f"{field}__isnull": False}) if nullable else queryset
            if position is not None:
                valued = valued.filter(_after(valued.model, columns, position, "<" if descending else ">"))
            rows = list(valued.order_by(*order)[:wanted])
        if nullable and len(rows) < wanted:
            empty = queryset.filter(**{f"{field}__isnull": True}).order_by("-pk" if descending else "pk")
            if position is not None and position.value is None:
                empty = empty.filter(**{"pk__lt" if descending else "pk__gt": position.pk})
            rows += list(empty[: wanted - len(rows)])
        return rows


class BodyKeysetPagination(KeysetPagination):
    """For lists asked for by a body: the view reads the page from it and calls `page`."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []


def scope_of_body(path: str, body: Any) -> str:
    """A list asked for by a body, in short."""
    return _digest(f"{path.rstrip('/')} {json.dumps(body, sort_keys=True, default=str)}")


def _columns(queryset: QuerySet[Any], field: str) -> tuple[str, str]:
    """What pages in order of `field` are read by: the field and the key, or what the queryset has for them."""
    columns: tuple[str, str] = getattr(queryset, "keyset_columns", lambda name: (name, "pk"))(field)
    return columns


def _after(model: type[Model], columns: tuple[str, str], position: Position, operator: str) -> RowComparison:
    field, pk = _model_field(model, position.ordering.removeprefix("-")), model._meta.pk
    values = [
        Value(field.to_python(position.value), output_field=field),
        Value(pk.to_python(position.pk), output_field=pk),
    ]
    return RowComparison([F(name) for name in columns], operator, values)


def _model_field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _not_a_cursor(path: str) -> ValidationError:
    return ValidationError(
        {path: ["Not a cursor of this list, its filters and ordering; start again without one."]}
    )


def _scope_of(request: Request) -> str:
    """The list and its filters, in short: a cursor is good for these only."""
    given = sorted(
        (name, *request.query_params.getlist(name))
        for name in request.query_params
        if name not in ("cursor", "limit", "ordering")
    )
    return _digest(f"{request.path.rstrip('/')} {given}")


def _digest(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:12]


def _limit_of(request: Request) -> int:
    given = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= MAX_LIMIT:
        raise ValidationError({"limit": [f"Must be a whole number from 1 to {MAX_LIMIT}."]})
    return int(given)


def _ordering_of(request: Request, view: Any) -> str:
    fields: tuple[str, ...] = getattr(view, "ordering_fields", ())
    default: str = getattr(view, "ordering", "-id")
    ordering = request.query_params.get("ordering", default)
    if ordering != default and ordering.removeprefix("-") not in fields:
        raise ValidationError(
            {"ordering": [f"Unknown. One of {', '.join(fields)}, each with '-' for descending."]}
        )
    return ordering
