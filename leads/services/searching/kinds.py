"""The kinds of fields: which operators each has, and what they ask of its column.

A negation holds for what is empty, as a person expects of "not X": Django adds the NULLs to a negated Q.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.lookups import Contains, StartsWith

from crm.core.actors import Actor
from crm.core.clock import business_day
from leads.models import LeadSearch
from leads.querysets import SHORTEST_PART, Folded
from leads.services.searching import values
from leads.services.searching.operators import EMPTINESS, EXACT, LISTS, ORDER, PARTS, Operator
from leads.services.searching.values import Reader, Span

NOBODY = 0  # no person has this id


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and the ids of the people named by e-mail address."""

    actor: Actor
    now: datetime
    people: Mapping[str, int]

    @property
    def today(self) -> date:
        """The business's day."""
        return business_day(self.now)


class FoldedColumn(Folded):
    """As Folded, written out for many rows: not a call for each, and unaccent() only where there may be accents."""

    template = (
        "CASE WHEN octet_length(%(expressions)s) = length(%(expressions)s) THEN lower(%(expressions)s) "
        "ELSE lower(unaccent(%(expressions)s)) END"
    )


class Kind:
    """Compared as a whole; empty is NULL."""

    operators = EXACT

    def __init__(self, read: Reader) -> None:
        self.read = read

    def read_part(self, operator: Operator, value: Any) -> Any:
        """The value of `contains` and `starts_with`."""
        return self.read(value)

    def is_reversed(self, low: Any, high: Any) -> bool:
        """Whether `between` could hold nothing."""
        return bool(low > high)

    def where(self, column: str, operator: Operator, value: Any, asked: Asked) -> Q:
        """What `operator` asks of `column`; `value` as it was read."""
        match operator:
            case Operator.EQUALS:
                return self.equals(column, value, asked)
            case Operator.NOT_EQUALS:
                return ~self.equals(column, value, asked)
            case Operator.IN:
                return self.among(column, value, asked)
            case Operator.NOT_IN:
                return ~self.among(column, value, asked)
            case Operator.IS_EMPTY:
                return self.empty(column)
            case Operator.IS_NOT_EMPTY:
                return ~self.empty(column)
        raise NotImplementedError(f"{type(self).__name__} does not know {operator}.")

    def equals(self, column: str, value: Any, asked: Asked) -> Q:
        return Q(**{column: value})

    def among(self, column: str, value: list[Any], asked: Asked) -> Q:
        return Q(**{f"{column}__in": value})

    def empty(self, column: str) -> Q:
        return Q(**{f"{column}__isnull": True})


class YesNo(Kind):
    """True, false, or not known."""

    operators = EXACT - LISTS


class Word(Kind):
    """Text of a closed list or a fixed form; empty is ""."""

    def empty(self, column: str) -> Q:
        return Q(**{column: ""})


class Text(Word):
    """Text by its parts as well, whatever their accents and case.

    A part of a column that stands in the search document is looked for there first, by its trigrams.
    """

    operators = EXACT | PARTS

    def __init__(self, read: Reader, *, is_in_document: bool = False) -> None:
        super().__init__(read)
        self.is_in_document = is_in_document

    def read_part(self, operator: Operator, value: Any) -> Any:
        return values.part(value)

    def where(self, column: str, operator: Operator, value: Any, asked: Asked) -> Q:
        if operator not in PARTS:
            return super().where(column, operator, value, asked)
        lookup = Contains if operator == Operator.CONTAINS else StartsWith
        found = Q(lookup(FoldedColumn(F(column)), Folded(Value(value))))
        if self.is_in_document and len(value) >= SHORTEST_PART:
            documents = LeadSearch.objects.filter(document__contains=Folded(Value(value)))
            found &= Q(pk__in=documents.values("lead"))
        return found


class LongText(Text):
    """Text of many lines, by its parts only."""

    operators = frozenset({Operator.CONTAINS}) | EMPTINESS


class Phone(Text):
    """A phone number, however it is written in the condition."""

    def read_part(self, operator: Operator, value: Any) -> Any:
        return values.phone_part(value) if operator == Operator.CONTAINS else values.phone_start(value)


class Ordered(Kind):
    """Numbers and amounts."""

    operators = EXACT | ORDER
    lookups = {
        Operator.GREATER_THAN: "gt",
        Operator.GREATER_OR_EQUAL: "gte",
        Operator.LESS_THAN: "lt",
        Operator.LESS_OR_EQUAL: "lte",
        Operator.BETWEEN: "range",
    }

    def where(self, column: str, operator: Operator, value: Any, asked: Asked) -> Q:
        if operator in self.lookups:
            return Q(**{f"{column}__{self.lookups[operator]}": value})
        return super().where(column, operator, value, asked)


class DaysLeft(Ordered):
    """Days from the business's today to a date, negative once passed."""

    def where(self, column: str, operator: Operator, value: Any, asked: Asked) -> Q:
        return super().where(column, operator, _dates(value, asked.today), asked)


def _dates(days: Any, today: date) -> Any:
    if isinstance(days, list):
        return [_dates(each, today) for each in days]
    return today + timedelta(days=days) if days is not None else None


class Day(Ordered):
    """Dates; `within_last` ends with the business's today."""

    operators = Ordered.operators | {Operator.WITHIN_LAST}

    def where(self, column: str, operator: Operator, value: Any, asked: Asked) -> Q:
        if operator == Operator.WITHIN_LAST:
            return Q(**{f"{column}__range": (asked.today - timedelta(days=value), asked.today)})
        return super().where(column, operator, value, asked)


class Moment(Ordered):
    """Times. A date means that whole day of the business, so each value is a span."""

    operators = Day.operators

    def is_reversed(self, low: Span, high: Span) -> bool:
        return low[0] >= high[1]

    def where(self, column: str, operator: Operator, value: Any, asked: Asked) -> Q:
        match operator:
            case Operator.GREATER_THAN:
                return Q(**{f"{column}__gte": value[1]})
            case Operator.GREATER_OR_EQUAL:
                return Q(**{f"{column}__gte": value[0]})
            case Operator.LESS_THAN:
                return Q(**{f"{column}__lt": value[0]})
            case Operator.LESS_OR_EQUAL:
                return Q(**{f"{column}__lt": value[1]})
            case Operator.BETWEEN:
                return self._during(column, (value[0][0], value[1][1]))
            case Operator.WITHIN_LAST:
                return Q(**{f"{column}__range": (asked.now - timedelta(days=value), asked.now)})
        return super().where(column, operator, value, asked)

    def equals(self, column: str, value: Span, asked: Asked) -> Q:
        return self._during(column, value)

    def among(self, column: str, value: list[Span], asked: Asked) -> Q:
        found = Q()
        for span in value:
            found |= self._during(column, span)
        return found

    def _during(self, column: str, span: Span) -> Q:
        return Q(**{f"{column}__gte": span[0], f"{column}__lt": span[1]})


class Tags(Kind):
    """A list of words: `contains` one, `in`: any of these. The index leaves out empty lists, so both say so."""

    operators = frozenset({Operator.CONTAINS}) | LISTS | EMPTINESS

    def where(self, column: str, operator: Operator, value: Any, asked: Asked) -> Q:
        if operator == Operator.CONTAINS:
            return Q(**{f"{column}__contains": [value]}) & ~self.empty(column)
        return super().where(column, operator, value, asked)

    def among(self, column: str, value: list[str], asked: Asked) -> Q:
        return Q(**{f"{column}__overlap": value}) & ~self.empty(column)

    def empty(self, column: str) -> Q:
        return Q(**{column: []})


class Holder(Kind):
    """The agent who works a lead: an e-mail address, `me` or `unassigned`."""

    def equals(self, column: str, value: str, asked: Asked) -> Q:
        return self.among(column, [value], asked)

    def among(self, column: str, value: list[str], asked: Asked) -> Q:
        ids = [_id_of(word, asked) for word in value if word != values.UNASSIGNED]
        found = Q(**{f"{column}__in": ids}) if ids else Q(pk__in=[])
        return found | self.empty(column) if values.UNASSIGNED in value else found


def _id_of(word: str, asked: Asked) -> int:
    if word == values.ME:
        return asked.actor.user_id or NOBODY
    return asked.people.get(word, NOBODY)
