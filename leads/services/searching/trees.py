"""Reading a tree of conditions: every problem is named by its path, and nothing is guessed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.core.choices import Role
from leads.exceptions import InvalidInput
from leads.services.normalising.text import UnreadableError
from leads.services.searching import values
from leads.services.searching.fields import Field, fields_for
from leads.services.searching.kinds import Asked
from leads.services.searching.operators import EMPTINESS, LISTS, PARTS, Logic, Operator

DEEPEST = 5
MOST_CONDITIONS = 100
LONGEST_LIST = 500
GROUP_KEYS, CONDITION_KEYS = ("logic", "conditions"), ("field", "operator", "value")

days_back = values.whole(1, 3650)


class Problems(dict[str, list[str]]):
    """What is wrong, by path: `{"filters.conditions[2].operator": ["…"]}`."""

    def add(self, path: str, sentence: str) -> None:
        self.setdefault(path, []).append(sentence)

    def sentences(self) -> list[str]:
        """Each with its path."""
        return [f"{path}: {sentence}" for path, found in self.items() for sentence in found]

    def refuse(self) -> None:
        """InvalidInput where there are any."""
        if self:
            more = f" ({len(self) - 1} more in details)" if len(self) > 1 else ""
            raise InvalidInput(f"{self.sentences()[0]}{more}", **self)


@dataclass(frozen=True, slots=True)
class Condition:
    """One field compared with a value, as it was read."""

    path: str
    field: Field
    operator: Operator
    value: Any

    def where(self, asked: Asked) -> Q:
        return self.field.kind.where(self.field.column, self.operator, self.value, asked)

    def __iter__(self) -> Iterator["Condition"]:
        yield self


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups, joined by AND or OR; an empty one holds for every lead."""

    logic: Logic
    parts: tuple["Condition | Group", ...]

    def where(self, asked: Asked) -> Q:
        joined = Q()
        for part in self.parts:
            joined = joined & part.where(asked) if self.logic == Logic.AND else joined | part.where(asked)
        return joined

    def __iter__(self) -> Iterator[Condition]:
        """Its conditions, at any depth."""
        for part in self.parts:
            yield from part


def read_tree(tree: dict[str, Any], *, role: Role, path: str, problems: Problems) -> Group:
    """`{logic, conditions: [condition or group, …]}`; what cannot be read is in `problems` and left out."""
    return _TreeReader(role, path, problems).group(tree, path, depth=1)


def unknown_keys(given: Iterable[str], known: Iterable[str], path: str, problems: Problems) -> None:
    """A misspelt key must not be lost."""
    for name in sorted(set(given) - set(known)):
        problems.add(f"{path}.{name}" if path else name, f"Unknown. Known here: {', '.join(known)}.")


class _TreeReader:
    def __init__(self, role: Role, root: str, problems: Problems) -> None:
        self.fields = fields_for(role)
        self.root = root
        self.problems = problems
        self.parts_read = 0

    def group(self, node: dict[str, Any], path: str, depth: int) -> Group:
        unknown_keys(node, GROUP_KEYS, path, self.problems)
        logic, parts = node.get("logic", Logic.AND), node.get("conditions")
        if logic not in list(Logic):
            self.problems.add(f"{path}.logic", "Must be AND or OR.")
            logic = Logic.AND
        if not isinstance(parts, list):
            self.problems.add(f"{path}.conditions", "Must be a list of conditions and groups.")
            parts = []
        elif not parts and depth > 1:
            self.problems.add(f"{path}.conditions", "Is empty; leave the group out.")
        read = [self.part(part, f"{path}.conditions[{at}]", depth) for at, part in self._bounded(parts)]
        return Group(Logic(logic), tuple(part for part in read if part is not None))

    def _bounded(self, parts: list[Any]) -> Iterator[tuple[int, Any]]:
        for at, part in enumerate(parts):
            self.parts_read += 1
            if self.parts_read > MOST_CONDITIONS:
                message = (
                    f"Holds more than {MOST_CONDITIONS} conditions and groups; `in` takes a list of values."
                )
                self.problems[f"{self.root}.conditions"] = [message]
                return
            yield at, part

    def part(self, node: Any, path: str, depth: int) -> Condition | Group | None:
        if not isinstance(node, dict):
            self.problems.add(
                path, "Must be an object: {field, operator, value}, or a group {logic, conditions}."
            )
            return None
        if not node.keys() & set(GROUP_KEYS):
            return self.condition(node, path)
        if depth == DEEPEST:
            self.problems.add(path, f"Nested deeper than {DEEPEST} levels; make the tree flatter.")
            return None
        return self.group(node, path, depth + 1)

    def condition(self, node: dict[str, Any], path: str) -> Condition | None:
        unknown_keys(node, CONDITION_KEYS, path, self.problems)
        field = self._field(node.get("field"), path)
        operator = self._operator(node.get("operator"), field, path)
        if field is None or operator is None:
            return None
        before = len(self.problems)
        value = self._value(field, operator, node.get("value"), f"{path}.value")
        return Condition(path, field, operator, value) if len(self.problems) == before else None

    def _field(self, name: Any, path: str) -> Field | None:
        field = self.fields.get(name) if isinstance(name, str) else None
        if field is None:
            self.problems.add(f"{path}.field", f"Unknown field. Known: {', '.join(sorted(self.fields))}.")
        return field

    def _operator(self, name: Any, field: Field | None, path: str) -> Operator | None:
        known = field.operators if field else list(Operator)
        if name in known:
            return Operator(name)
        of_field = f"of {field.name}" if field else "known"
        self.problems.add(f"{path}.operator", f"Unknown operator. Those {of_field}: {', '.join(known)}.")
        return None

    def _value(self, field: Field, operator: Operator, value: Any, path: str) -> Any:
        if operator in EMPTINESS:
            if value is not None:
                self.problems.add(path, f"{operator} takes no value; leave it out.")
            return None
        if operator in LISTS:
            return self._list(field, value, path)
        if operator == Operator.BETWEEN:
            return self._range(field, value, path)
        if operator == Operator.WITHIN_LAST:
            return self._read(days_back, value, path)
        if operator in PARTS:
            return self._read(lambda given: field.kind.read_part(operator, given), value, path)
        return self._read(field.kind.read, value, path)

    def _list(self, field: Field, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list) or not 1 <= len(value) <= LONGEST_LIST:
            self.problems.add(path, f"Must be a list of 1 to {LONGEST_LIST} values.")
            return []
        return [self._read(field.kind.read, each, f"{path}[{at}]") for at, each in enumerate(value)]

    def _range(self, field: Field, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list) or len(value) != 2:
            self.problems.add(path, "Must be a list of two values, both included: [from, to].")
            return []
        ends = [self._read(field.kind.read, each, f"{path}[{at}]") for at, each in enumerate(value)]
        if None not in ends and field.kind.is_reversed(*ends):
            self.problems.add(path, "The first value is after the second one; exchange them.")
        return ends

    def _read(self, read: values.Reader, value: Any, path: str) -> Any:
        try:
            return read(value)
        except UnreadableError as error:
            self.problems.add(path, str(error))
            return None
