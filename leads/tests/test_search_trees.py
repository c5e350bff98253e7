"""Random trees of conditions choose the leads that a plain reading in Python chooses."""

import operator as op
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.choices import Role, Source
from crm.core.clock import business_day
from crm.core.tests.factories import make_user
from leads.models import Lead
from leads.services.finding import find_leads
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

Node = dict[str, Any]

TEXTS = ("José", "jose", "New York", "york", "100% O'Ne_l", "a\\b")
DAYS = ("2026-02-28", "2026-03-01", "2026-03-02")
MOMENTS = (
    datetime(2026, 3, 1, 4, 59, 59, 999999, tzinfo=UTC),  # the last microsecond of February 28th in New York
    datetime(2026, 3, 1, 5, tzinfo=UTC),
    datetime(2026, 3, 2, 4, 30, tzinfo=UTC),
    datetime(2026, 3, 2, 5, tzinfo=UTC),
)
VALUES: dict[str, tuple[Any, ...]] = {
    "first_name": TEXTS,
    "city": TEXTS,
    "state": ("NY", "NJ", "IL"),
    "disposition": ("New", "Contacted", "Closed"),
    "role_in_accident": ("driver", "passenger"),
    "tags": ("vip", "spanish", "fb"),
    "quality_score": (4, 5, 6),
    "fault_percent": (0, 40, 41),
    "lead_value": (0, "70.50", 100),
    "accident_date": DAYS,
    "closed_date": DAYS,
    "commercial_vehicle": (True, False),
    "assigned_agent": ("ann@example.com", "bob@example.com", "unassigned", "me"),
}
TEXT_FIELDS = ("first_name", "city")
ORDERED = ("quality_score", "fault_percent", "lead_value", "accident_date", "closed_date")
EMPTIABLE = set(VALUES) - {"state", "disposition", "quality_score", "lead_value"} | {"state"}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "greater_than": op.gt,
    "greater_or_equal": op.ge,
    "less_than": op.lt,
    "less_or_equal": op.le,
}


def operators_of(field: str) -> list[str]:
    return [
        *(["contains"] if field == "tags" else ["equals", "not_equals"]),
        *([] if field == "commercial_vehicle" else ["in", "not_in"]),
        *(["contains", "starts_with"] if field in TEXT_FIELDS else []),
        *([*COMPARISONS, "between"] if field in ORDERED else []),
        *(["is_empty", "is_not_empty"] if field in EMPTIABLE else []),
    ]


def values_of(field: str, operator: str) -> list[Any]:
    known = list(VALUES[field])
    if operator in ("is_empty", "is_not_empty"):
        return [None]
    if operator in ("in", "not_in"):
        return [[value] for value in known] + [known[:2], known[1:]]
    if operator == "between":
        return [[low, high] for at, low in enumerate(known) for high in known[at:]]
    if field in TEXT_FIELDS and operator in ("contains", "starts_with"):
        return [
            *known,
            *(value[:3].upper() for value in known),
            *(value[1:3] for value in known),
            "%",
            "_",
            "\\",
        ]
    return known


CONDITIONS: list[Node] = [
    {"field": field, "operator": operator} | ({} if value is None else {"value": value})
    for field in VALUES
    for operator in operators_of(field)
    for value in values_of(field, operator)
]


def groups(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.fixed_dictionaries(
        {"logic": st.sampled_from(["AND", "OR"]), "conditions": st.lists(parts, min_size=1, max_size=3)}
    )


CONDITION = st.sampled_from(CONDITIONS)
TREES = groups(CONDITION | groups(CONDITION | groups(CONDITION)))


def folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).lower()


def stored(lead: Lead, field: str) -> Any:
    if field == "assigned_agent":
        return lead.assigned_agent.email if lead.assigned_agent else "unassigned"
    value = getattr(lead, field)
    return business_day(value) if isinstance(value, datetime) else value


def meant(field: str, value: Any) -> Any:
    if field in ("accident_date", "closed_date"):
        return date.fromisoformat(value)
    if field == "assigned_agent":
        return "bob@example.com" if value == "me" else value
    return Decimal(value) if field == "lead_value" else value


def holds(lead: Lead, node: Node) -> bool:
    """What a person would say of the lead."""
    if "logic" in node:
        parts = [holds(lead, part) for part in node["conditions"]]
        return all(parts) if node["logic"] == "AND" else any(parts)
    field, operator = node["field"], node["operator"]
    if operator in ("not_equals", "not_in", "is_not_empty"):
        asked = {"not_equals": "equals", "not_in": "in", "is_not_empty": "is_empty"}[operator]
        return not holds(lead, {**node, "operator": asked})
    has = stored(lead, field)
    if operator == "is_empty":
        return has in (None, "", [], "unassigned")
    value: Any = node["value"]
    wanted: Any = [meant(field, each) for each in value] if isinstance(value, list) else meant(field, value)
    if field == "tags":
        return bool({*has} & {*wanted}) if operator == "in" else wanted in has
    if operator == "contains":
        return folded(wanted) in folded(has)
    if operator == "starts_with":
        return folded(has).startswith(folded(wanted))
    if operator == "between":
        return has is not None and wanted[0] <= has <= wanted[1]
    if operator in COMPARISONS:
        return has is not None and COMPARISONS[operator](has, wanted)
    return bool(has in wanted if operator == "in" else has == wanted)


@pytest.fixture
def asks() -> Callable[[Node], None]:
    """Holds what is found for a tree against what a person would say of each of nine leads."""
    ann = make_user(role=Role.AGENT, email="ann@example.com")
    actor = make_user(role=Role.MANAGER, email="bob@example.com").actor(Source.API)
    for at in range(9):
        make_lead(
            first_name=("", *TEXTS)[at % 7],
            city=("york", "", *TEXTS)[at % 5],
            state=("NY", "NJ", "")[at % 3],
            disposition=("New", "Contacted", "Qualified")[at % 3],
            role_in_accident=("driver", "passenger", "")[at // 3],
            tags=([], ["vip"], ["vip", "spanish"], ["fb"])[at % 4],
            quality_score=4 + at % 3,
            fault_percent=(None, 0, 40, 41)[at % 4],
            lead_value=(Decimal(0), Decimal("70.50"), Decimal("70.51"))[at // 3],
            accident_date=(None, *map(date.fromisoformat, DAYS))[at % 4],
            closed_date=(None, *MOMENTS)[at % 5],
            commercial_vehicle=(None, True, False)[at % 3],
            assigned_agent=(None, ann)[at % 2],
        )
    leads = list(Lead.objects.select_related("assigned_agent"))

    def ask(tree: Node) -> None:
        chosen = set(find_leads(actor, filters=tree).values_list("pk", flat=True))
        assert chosen == {lead.pk for lead in leads if holds(lead, tree)}, tree

    return ask


def test_each_condition_alone_chooses_what_it_says(asks: Callable[[Node], None]) -> None:
    for condition in CONDITIONS:
        asks({"logic": "AND", "conditions": [condition]})


@settings(max_examples=100)
@given(tree=TREES)
def test_random_trees_choose_what_they_say(asks: Callable[[Node], None], tree: Node) -> None:
    asks(tree)
