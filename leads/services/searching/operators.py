"""The words of advanced search."""

from enum import StrEnum


class Operator(StrEnum):
    """What a condition asks of a field."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    GREATER_THAN = "greater_than"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS_THAN = "less_than"
    LESS_OR_EQUAL = "less_or_equal"
    BETWEEN = "between"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    WITHIN_LAST = "within_last"


class Logic(StrEnum):
    """How the parts of a group are joined."""

    AND = "AND"
    OR = "OR"


O = Operator  # noqa: E741 - the sets below are read as a table

EMPTINESS = frozenset({O.IS_EMPTY, O.IS_NOT_EMPTY})
EXACT = frozenset({O.EQUALS, O.NOT_EQUALS, O.IN, O.NOT_IN}) | EMPTINESS
PARTS = frozenset({O.CONTAINS, O.STARTS_WITH})
ORDER = frozenset({O.GREATER_THAN, O.GREATER_OR_EQUAL, O.LESS_THAN, O.LESS_OR_EQUAL, O.BETWEEN})

LISTS = frozenset({O.IN, O.NOT_IN})
"""Operators whose value is a list."""
