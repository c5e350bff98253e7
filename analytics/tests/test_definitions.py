"""Numbers are defined once, and what is documented is what is answered."""

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, Final

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from analytics.api.statistics.views import FUNNEL
from analytics.definitions import DEFINITIONS, FORECASTS, SECTIONS
from analytics.management.commands.print_definitions import DOCS, documented, tables
from analytics.selectors.kpis import KPIS
from analytics.services.forecasting.refreshing import refresh_forecasts
from analytics.services.grading import grade_agencies
from analytics.tests.agencies import send
from analytics.tests.analysing import lead, retained, told
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in

ADDRESSES = (
    "stats",
    "stats?period=today",
    "analytics",
    "analytics/kpis",
    "analytics/funnel?by=vendor",
    "analytics/lead-sources",
    "analytics/agents?metric=response",
    "analytics/publishers",
    "analytics/predictions",
    "analytics/lead-quality",
    "analytics/revenue-trends",
)


OTHERS = ("agencies", "agencies/ACME/stats", "reports/summary")
"""Below /api; what else explains its numbers."""
ONLY_ON_PAGES: frozenset[str] = frozenset()
"""Definitions that only the admin's pages show."""
NO_NUMBERS: Final = frozenset({"agent_id", "version", "pagination", "insights"})
"""Keys of what names something, turns pages, or tells in words what its numbers are."""
MADE_FROM: Final = frozenset({"inputs", "rules"})
"""Keys below which the names are a part's own."""
MEANT: Final[Mapping[str, str]] = {
    **{name: name for name in DEFINITIONS},
    **{name.rpartition(".")[2]: name for name in FORECASTS},
    **{f"{name}.value": name for name in KPIS},
    **{f"stages.{name.partition('.')[2]}": name for name in FUNNEL},
    **dict.fromkeys(("next7", "next30", "next90"), "forecast"),
    **dict.fromkeys(("level", "lower", "upper"), "forecast.interval"),
    **{f"conversionInterval.{end}": "conversionInterval" for end in ("low", "high")},
    **{f"gradeDetail.interval.{end}": "gradeDetail.interval" for end in ("low", "high")},
    **{f"parts.interval.{end}": "gradeDetail.parts" for end in ("low", "high")},
    **{f"parts.{name}": "gradeDetail.parts" for name in ("score", "weight", "inputs")},
    **{f"velocity.{name}": "velocity" for name in ("meanDays", "medianDays", "p90Days")},
    **{f"weekdays.{name}": "weekdays" for name in ("days", "leads", "revenue", "index")},
    **{f"exits.{name}": "funnel.exits" for name in ("leads", "share")},
    **{
        f"coverage.{of}.{name}": "forecast.coverage"
        for of in ("day", "7", "30", "90")
        for name in ("percent", "tested")
    },
    **{f"inTime.{name}": "forecast.coverage" for name in ("percent", "tested")},
    **{f"history.{name}": "forecast.history" for name in ("days", "leads")},
    **{f"recent.{name}": "forecast.recent" for name in ("days", "known", "matured")},
    **{f"pattern.{name}": "forecast.maturity" for name in ("age", "percent")},
    "period.days": "period",
    "window.days": "performance",
    "sameAge.previous": "sameAge",
    "sameAge.change": "sameAge",
    "leads.total": "leads",
    "totalLeads": "leads",
    "revenue.total": "revenue",
    "totalRevenue": "revenue",
    "trend.value": "trend",
    "trend.p": "trend.direction",
    "trend.days": "trend.direction",
    "cpa.average": "cpa",
    "avgCPA": "cpa",
    "performance.avgCPA": "avgCPA",
    "conversion.rate": "conversionRate",
    "agents.offline": "agents.online",
    "agents.value": "rank",
    "scores.score": "scores.share",
    "previousCumulative": "cumulative",
    "path.value": "forecast.path",
    "backtest.error": "forecast.backtestError",
    "goal": "monthlyGoal",
    "gradeHistory.score": "gradeDetail.score",
    "gradeDetail.rules": "gradeDetail.parts",
}
"""The definition of a number, by its key or by how its path ends; the longest end counts."""


@pytest.fixture
def caller() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


@pytest.fixture
def schema(caller: APIClient) -> dict[str, Any]:
    document: dict[str, Any] = caller.get("/api/schema").json()
    return document


def test_the_docs_are_printed_from_the_definitions() -> None:
    page = DOCS.read_text()
    assert documented(page) == page, "run manage.py print_definitions --write"
    out = StringIO()
    call_command("print_definitions", stdout=out)
    assert out.getvalue() == tables()


def test_no_number_is_defined_twice() -> None:
    names = [name for section in SECTIONS.values() for name in section]
    assert len(names) == len(set(names)) == len(DEFINITIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_explains_its_numbers_when_asked(caller: APIClient, address: str) -> None:
    path, _, query = address.partition("?")
    asked = dict([query.split("=")]) if query else {}
    assert "definitions" not in told(caller, path, **asked)
    found = told(caller, path, explain="true", **asked)["definitions"]
    assert found
    assert found.items() <= DEFINITIONS.items()


@pytest.mark.django_db
def test_every_definition_is_some_answers(caller: APIClient) -> None:
    make_agency(code="ACME")
    given: set[str] = set()
    for address in (*(f"admin/{one.partition('?')[0]}" for one in ADDRESSES), *OTHERS):
        given |= set(caller.get(f"/api/{address}", {"explain": "true"}).json()["definitions"])
    assert DEFINITIONS.keys() - given == ONLY_ON_PAGES


@pytest.mark.django_db
def test_every_number_is_explained_where_it_stands(caller: APIClient) -> None:
    agency, agent, now = make_agency(code="ACME", goal=100), make_user(), timezone.now()
    for days in range(1, 200):
        send(agency, 1 + days % 3, days_ago=days, now=now, disposition="Not Interested")
    for days in range(1, 200, 4):
        retained(900, days, 0.5, agency=agency, assigned_agent=agent, acquisition_cost=40)
    refresh_forecasts(is_forced=True)
    grade_agencies()
    for address in (*(f"admin/{one}" for one in ADDRESSES), *OTHERS, "agencies/ACME"):
        path, _, query = address.partition("?")
        asked = dict([query.split("=")]) if query else {}
        document = caller.get(f"/api/{path}", {"explain": "true", **asked}).json()
        defined = document.pop("definitions")
        assert [number for number in _numbers(document) if _meaning(number) not in defined] == [], address


def _numbers(value: Any, path: str = "") -> set[str]:
    """Where the numbers of an answer are: the keys that lead there."""
    if isinstance(value, list):
        return {found for one in value for found in _numbers(one, path)}
    if isinstance(value, dict) and path.rpartition(".")[2] not in MADE_FROM:
        inside = (_numbers(one, f"{path}.{key}") for key, one in value.items() if key not in NO_NUMBERS)
        return set().union(*inside)
    return {path} if isinstance(value, int | float | dict) else set()


def _meaning(path: str) -> str | None:
    """The name of the definition that the number there needs; None where nobody has thought of it."""
    keys = path.split(".")
    ends = (".".join(keys[start:]) for start in range(len(keys)))
    return next((MEANT[end] for end in ends if end in MEANT), None)


@pytest.mark.django_db
def test_a_plain_forecast_is_not_said_to_be_certain(caller: APIClient) -> None:
    for path in ("stats", "analytics/predictions"):
        sentence = told(caller, path, explain="true")["definitions"]["forecast.interval"]
        assert "With a backtest it holds what comes with 80 % certainty" in sentence
        assert "the least and the highest seen" in sentence.partition("A plain forecast")[2]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_answers_have_exactly_the_documented_fields(
    caller: APIClient, schema: dict[str, Any], address: str
) -> None:
    agency, agent = make_agency(), make_user()
    lead(10, agency=agency, campaign_source="Search", assigned_agent=agent)
    retained(10, 5, 1, agency=agency, assigned_agent=agent)
    answer = caller.get(f"/api/admin/{address}")
    operation = schema["paths"][f"/api/admin/{address.partition('?')[0]}"]["get"]
    shape = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(_differences(answer.json(), shape, schema)) == []
    assert operation["summary"]


def _differences(value: Any, shape: dict[str, Any], schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Fields that one has and the other has not, all the way down."""
    if "$ref" in shape:
        shape = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    for part in shape.get("allOf", []):
        yield from _differences(value, part, schema, path)
    if isinstance(value, dict) and "properties" in shape:
        documented, required = set(shape["properties"]), set(shape.get("required", []))
        yield from (f"{path}/{name}" for name in (set(value) - documented) | (required - set(value)))
    for name, one, of in _inside(value, shape):
        yield from _differences(one, of, schema, f"{path}/{name}")


def _inside(value: Any, shape: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    if isinstance(value, list):
        yield from ((str(number), one, shape.get("items", {})) for number, one in enumerate(value))
    if isinstance(value, dict):
        fields, others = shape.get("properties", {}), shape.get("additionalProperties")
        for name, one in value.items():
            if of := fields.get(name, others):
                yield name, one, of
