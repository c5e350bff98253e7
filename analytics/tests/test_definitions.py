"""Numbers are defined once, and what is documented is what is answered."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from analytics.definitions import DEFINITIONS, SECTIONS
from analytics.management.commands.print_definitions import DOCS, documented, tables
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
