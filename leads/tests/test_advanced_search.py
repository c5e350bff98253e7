"""POST /leads/advanced-search."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.clock import business_day
from crm.core.tests.factories import make_user, signed_in
from leads.api import representation
from leads.models import Lead
from leads.services.fields import HIDDEN_FROM_VENDORS
from leads.services.finding import find_leads
from leads.services.searching.fields import FIELDS, fields_for
from leads.services.searching.kinds import Day, DaysLeft, Moment, Ordered, YesNo
from leads.services.searching.operators import Operator
from leads.tests.factories import make_lead
from leads.tests.racing import at_once

pytestmark = pytest.mark.django_db

PATH = "/api/leads/advanced-search"
Node = dict[str, Any]


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER, email="boss@example.com"))


def condition(field: str, operator: str, *value: Any) -> Node:
    return {"field": field, "operator": operator, **({"value": value[0]} if value else {})}


def tree(*parts: Node, logic: str = "AND") -> Node:
    return {"logic": logic, "conditions": list(parts)}


def found(client: APIClient, *parts: Node, **body: Any) -> set[str]:
    answer = client.post(PATH, {"filters": tree(*parts), **body})
    assert answer.status_code == 200, answer.json()
    return {lead["lead_id"] for lead in answer.json()["data"]}


def problems(client: APIClient, body: Any) -> dict[str, list[str]]:
    answer = client.post(PATH, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error"), answer.json()
    details: dict[str, list[str]] = answer.json()["details"]
    return details


def test_conditions_and_groups_choose_together(manager: APIClient) -> None:
    old = make_lead(state="NY", quality_score=9)
    fresh = make_lead(state="NJ", quality_score=2, tags=["vip"])
    make_lead(state="NY", quality_score=2)
    make_lead(state="IL", quality_score=9)
    good = tree(
        condition("quality_score", "greater_or_equal", 8), condition("tags", "contains", "vip"), logic="OR"
    )
    body = {"filters": tree(condition("state", "in", ["NY", "New Jersey"]), good)}
    answer = manager.post(PATH, body).json()
    assert [lead["lead_id"] for lead in answer["data"]] == [str(fresh.pk), str(old.pk)]
    assert answer["pagination"] == {"total": 2, "cursor": None, "hasMore": False}


def test_words_filters_and_visibility_all_hold() -> None:
    agent = make_user(role=Role.AGENT)
    mine = make_lead(assigned_agent=agent, first_name="Zoë", state="NY")
    make_lead(assigned_agent=agent, first_name="Zoë", state="IL")
    make_lead(assigned_agent=agent, first_name="Ann", state="NY")
    make_lead(assigned_agent=make_user(role=Role.AGENT), first_name="Zoë", state="NY")
    client = signed_in(agent)
    assert found(client, condition("state", "equals", "NY"), query="zoe") == {str(mine.pk)}
    assert len(client.post(PATH, {}).json()["data"]) == 3  # nothing asked: all that is visible


def test_the_filters_of_the_list_are_taken_as_well(manager: APIClient) -> None:
    lead = make_lead(disposition="Contacted", state="NY")
    make_lead(disposition="Qualified", state="IL")
    body = {"filters": {"disposition": ["Contacted", "Qualified"], "state": "NY", "minQuality": 1}}
    assert [row["lead_id"] for row in manager.post(PATH, body).json()["data"]] == [str(lead.pk)]


MOMENT = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)  # the evening of March 1st in New York
DAY = "2026-03-01"

EACH = [
    ("email", "equals", " Jose@Example.NET ", "match"),
    ("email", "not_equals", "jose@example.net", "other"),
    ("email", "contains", "OSE@EX", "match"),
    ("email", "starts_with", "jose@", "match"),
    ("phone", "equals", "(312) 299-8877", "match"),
    ("phone", "in", ["312.299.8877", "+13122998878"], "match"),
    ("phone", "contains", "299-88", "match"),
    ("phone", "starts_with", "312 299", "match"),
    ("phone", "starts_with", "+1 (312) 299", "match"),
    ("alternate_phone", "is_empty", None, "both"),
    ("first_name", "equals", "José", "match"),
    ("first_name", "equals", "JOSE", ""),  # as it is stored, as campaign_source= in the list
    ("first_name", "contains", "OS", "match"),
    ("first_name", "contains", "%", ""),
    ("first_name", "contains", "_o_", ""),
    ("first_name", "contains", "\\", ""),
    ("first_name", "starts_with", "jos", "match"),
    ("first_name", "starts_with", "os", ""),
    ("last_name", "contains", "núñ", "match"),
    ("city", "is_empty", None, "other"),
    ("city", "contains", "new", "match"),
    ("city", "not_equals", "New York", "other"),
    ("city", "not_in", ["New York", "Chicago"], "other"),
    ("state", "equals", "new york", "match"),
    ("state", "not_in", ["NY"], "other"),
    ("zip_code", "starts_with", "100", "match"),
    ("vendor_code", "equals", "ridgeline", "match"),
    ("vendor_code", "not_equals", "RIDGELINE", "other"),
    ("disposition", "in", ["Qualified", "Contacted"], "match"),
    ("disposition", "not_equals", "Qualified", "other"),
    ("priority", "equals", "urgent", "match"),
    ("role_in_accident", "is_empty", None, "other"),
    ("role_in_accident", "not_equals", "driver", "other"),
    ("tags", "contains", "vip", "match"),
    ("tags", "in", ["vip", "x"], "match"),
    ("tags", "not_in", ["vip"], "other"),
    ("tags", "is_empty", None, "other"),
    ("tags", "is_not_empty", None, "match"),
    ("notes", "contains", "IPLASH", "match"),
    ("notes", "is_empty", None, "other"),
    ("lead_value", "equals", 70.5, "match"),
    ("lead_value", "greater_than", "70.49", "match"),
    ("lead_value", "greater_than", "70.50", ""),
    ("lead_value", "between", [0, "70.50"], "both"),
    ("acquisition_cost", "is_empty", None, "other"),
    ("acquisition_cost", "not_equals", 5, "both"),
    ("acquisition_cost", "less_than", 12.01, "match"),
    ("quality_score", "greater_or_equal", 8, "match"),
    ("quality_score", "less_than", 8, "other"),
    ("quality_score", "between", [5, 8], "both"),
    ("fault_percent", "not_equals", 40, "other"),
    ("fault_percent", "not_in", [40], "other"),
    ("assigned_agent", "equals", "Agent@Example.com", "match"),
    ("assigned_agent", "equals", "unassigned", "other"),
    ("assigned_agent", "not_equals", "agent@example.com", "other"),
    ("assigned_agent", "not_equals", "unassigned", "match"),
    ("assigned_agent", "in", ["unassigned", "agent@example.com"], "both"),
    ("assigned_agent", "not_in", ["me"], "both"),
    ("assigned_agent", "is_empty", None, "other"),
    ("created_at", "equals", DAY, "match"),
    ("created_at", "equals", "2026-03-02T04:30:00Z", "match"),
    ("created_at", "equals", "2026-03-01T23:30:00", "match"),  # without a zone: the business's
    ("created_at", "not_equals", DAY, "other"),
    ("created_at", "in", ["2026-02-01", DAY], "match"),
    ("created_at", "greater_than", DAY, "other"),
    ("created_at", "greater_or_equal", DAY, "both"),
    ("created_at", "less_than", DAY, ""),
    ("created_at", "less_or_equal", DAY, "match"),
    ("created_at", "between", [DAY, DAY], "match"),
    ("created_at", "between", ["2026-03-02", "9999-12-31"], "other"),
    ("created_at", "between", ["2026-03-01T23:00:00", DAY], "match"),
    ("created_at", "greater_than", "0001-01-01", "both"),
    ("created_at", "greater_than", "0001-01-01T00:00:00", "both"),
    ("created_at", "within_last", 1, "other"),
    ("closed_date", "not_equals", DAY, "both"),
    ("closed_date", "is_not_empty", None, ""),
    ("accident_date", "equals", "2026-02-01", "match"),
    ("accident_date", "not_equals", "2026-02-01", "other"),
    ("accident_date", "between", ["2026-02-01", "2026-02-01"], "match"),
    ("filing_deadline", "within_last", 30, ""),
    ("days_to_deadline", "less_or_equal", 30, "match"),
    ("days_to_deadline", "between", [30, 31], "match"),
    ("days_to_deadline", "in", [30], "match"),
    ("days_to_deadline", "is_empty", None, "other"),
    ("commercial_vehicle", "equals", True, "match"),
    ("commercial_vehicle", "not_equals", True, "other"),
    ("commercial_vehicle", "equals", False, ""),
    ("consent_ip", "equals", "203.0.113.7", "match"),
    ("consent_ip", "is_empty", None, "other"),
    ("source_url", "contains", "Example.com/A", "match"),
]  # fmt: skip


def test_each_operator(manager: APIClient) -> None:
    leads = {
        "match": make_lead(
            make_agency(code="RIDGELINE"),
            first_name="José",
            last_name="Núñez",
            email="jose@example.net",
            phone="+13122998877",
            city="New York",
            state="NY",
            zip_code="10001",
            disposition="Qualified",
            priority="urgent",
            role_in_accident="driver",
            tags=["vip", "spanish"],
            notes="has whiplash",
            lead_value=Decimal("70.50"),
            acquisition_cost=Decimal("12.00"),
            quality_score=8,
            fault_percent=40,
            assigned_agent=make_user(role=Role.AGENT, email="agent@example.com"),
            created_at=MOMENT,
            accident_date=date(2026, 2, 1),
            filing_deadline=business_day() + timedelta(days=30),
            commercial_vehicle=True,
            consent_ip="203.0.113.7",
            source_url="https://example.com/a",
        ),
        "other": make_lead(),
    }
    names = {str(lead.pk): name for name, lead in leads.items()}
    for field, operator, value, wanted in EACH:
        pks = found(
            manager, condition(field, operator) if value is None else condition(field, operator, value)
        )
        answer = "both" if len(pks) == 2 else names[pks.pop()] if pks else ""
        assert answer == wanted, (field, operator, value)


def test_a_field_for_each_that_a_lead_shows() -> None:
    actor = make_user().actor(Source.API)
    shown = set(representation.document(_row(actor), today=business_day(), actor=actor))
    assert set(FIELDS) == shown
    assert set(fields_for(Role.VENDOR)) == shown - HIDDEN_FROM_VENDORS.keys()
    assert shown >= HIDDEN_FROM_VENDORS.keys()


def _row(actor: Actor) -> dict[str, Any]:
    make_lead()
    row: dict[str, Any] = representation.rows_of(Lead.objects.all(), actor).get()
    return row


SAMPLES = {
    **dict.fromkeys(("lead_id", "merged_into"), "0197a0de-0000-7000-8000-000000000000"),
    "email": "sam@example.com",
    "phone": "3122998877",
    "alternate_phone": "3122998877",
    "zip_code": "10001",
    "vendor_code": "TESTAGENCY",
    "assigned_agent": "me",
    "source_url": "https://example.com/a",
    "trustedform_url": "https://cert.trustedform.com/a",
    "consent_ip": "203.0.113.7",
    "medical_bills_range": "under_10k",
    "disposition": "New",
    "priority": "high",
    "role_in_accident": "driver",
    **dict.fromkeys(("state", "accident_state"), "NY"),
    **dict.fromkeys(("at_fault", "police_report", "has_attorney"), "no"),
    "treatment": "none",
}


def sample_of(field: str) -> Any:
    kind = type(FIELDS[field].kind)
    if kind in (Ordered, DaysLeft):
        return 1
    return {YesNo: True, Day: "2026-03-01", Moment: "2026-03-01"}.get(kind) or SAMPLES.get(field, "some text")


def test_every_field_takes_each_of_its_operators() -> None:
    actor = make_user(role=Role.MANAGER).actor(Source.API)
    make_lead()
    for field in FIELDS.values():
        for operator in field.operators:
            sample = 1 if operator == Operator.WITHIN_LAST else sample_of(field.name)
            value = {Operator.IN: [sample], Operator.NOT_IN: [sample], Operator.BETWEEN: [sample, sample],
                     Operator.IS_EMPTY: None, Operator.IS_NOT_EMPTY: None}.get(operator, sample)  # fmt: skip
            list(find_leads(actor, filters=tree(condition(field.name, operator, value))))


WRONG = [
    ([], "filters", "object"),
    (tree(condition("nmae", "equals", "x")), "filters.conditions[0].field", "first_name"),
    (tree({"operator": "equals", "value": 1}), "filters.conditions[0].field", "Known"),
    (tree(condition("state", "like", "x")), "filters.conditions[0].operator", "not_equals"),
    (tree(condition("state", "contains", "N")), "filters.conditions[0].operator", "of state"),
    (tree(condition("quality_score", "is_empty")), "filters.conditions[0].operator", "between"),
    (tree(tree(condition("state", "equals", "XX"))), "filters.conditions[0].conditions[0].value", "state"),
    (tree(condition("disposition", "equals", "Nope")), "filters.conditions[0].value", "Qualified"),
    (tree(condition("quality_score", "equals", True)), "filters.conditions[0].value", "whole"),
    (tree(condition("quality_score", "equals", "8")), "filters.conditions[0].value", "whole"),
    (tree(condition("quality_score", "between", [8, 5])), "filters.conditions[0].value", "exchange"),
    (tree(condition("quality_score", "between", [8])), "filters.conditions[0].value", "two"),
    (
        tree(condition("created_at", "between", ["2026-03-02", DAY])),
        "filters.conditions[0].value",
        "exchange",
    ),
    (tree(condition("quality_score", "between", [1, "x"])), "filters.conditions[0].value[1]", "whole"),
    (tree(condition("state", "in", [])), "filters.conditions[0].value", "1 to 500"),
    (tree(condition("state", "in", ["NY"] * 501)), "filters.conditions[0].value", "1 to 500"),
    (tree(condition("state", "in", "NY")), "filters.conditions[0].value", "list"),
    (tree(condition("state", "in", ["NY", "XX"])), "filters.conditions[0].value[1]", "state"),
    (tree(condition("created_at", "within_last", 0)), "filters.conditions[0].value", "3,650"),
    (tree(condition("created_at", "within_last", "7")), "filters.conditions[0].value", "whole"),
    (tree(condition("created_at", "equals", "tomorrow")), "filters.conditions[0].value", "2026-03-01"),
    (tree(condition("created_at", "equals", "2026-02-30")), "filters.conditions[0].value", "2026-03-01"),
    (tree(condition("created_at", "equals", 20260301)), "filters.conditions[0].value", "2026-03-01"),
    (
        tree(condition("created_at", "less_than", "9999-12-31T23:59:59.999999+00:00")),
        "filters.conditions[0].value",
        "time",
    ),
    (tree(condition("accident_date", "equals", "03/01/2026")), "filters.conditions[0].value", "2026-03-01"),
    (tree(condition("lead_value", "equals", -1)), "filters.conditions[0].value", "money"),
    (tree(condition("lead_value", "equals", {})), "filters.conditions[0].value", "object"),
    (tree(condition("first_name", "contains", "")), "filters.conditions[0].value", "is_empty"),
    (tree(condition("first_name", "contains", "x" * 201)), "filters.conditions[0].value", "200"),
    (tree(condition("first_name", "equals", "a\u0000b")), "filters.conditions[0].value", "control"),
    (tree(condition("first_name", "equals")), "filters.conditions[0].value", "null"),
    (tree(condition("city", "is_empty", "x")), "filters.conditions[0].value", "leave it out"),
    (tree(condition("phone", "contains", "abc")), "filters.conditions[0].value", "digits"),
    (tree(condition("commercial_vehicle", "equals", "yes")), "filters.conditions[0].value", "true"),
    (tree(condition("lead_id", "equals", "x")), "filters.conditions[0].value", "UUID"),
    (tree(condition("vendor_code", "equals", "NOPE")), "filters.conditions[0].value", "no agency NOPE"),
    (
        tree(condition("assigned_agent", "in", ["me", "no@example.com"])),
        "filters.conditions[0].value[1]",
        "no@example.com",
    ),
    (tree(condition("assigned_agent", "equals", "ann")), "filters.conditions[0].value", "e-mail"),
    (tree({**condition("state", "equals", "NY"), "valeu": 1}), "filters.conditions[0].valeu", "operator"),
    ({"conditions": [], "logik": "AND"}, "filters.logik", "logic"),
    ({"conditions": [], "logic": "XOR"}, "filters.logic", "AND or OR"),
    ({"conditions": [], "logic": []}, "filters.logic", "AND or OR"),
    ({"conditions": {}}, "filters.conditions", "list"),
    ({"logic": "AND"}, "filters.conditions", "list"),
    (tree("state"), "filters.conditions[0]", "object"),  # type: ignore[arg-type]
    (tree(tree()), "filters.conditions[0].conditions", "empty"),
    (tree(*[condition("state", "equals", "NY")] * 101), "filters.conditions", "100"),
    ({"dispositon": "New"}, "filters.dispositon", "disposition"),
    ({"state": "XX"}, "filters.state", "XX"),
    ({"state": ["NY", "NJ"]}, "filters.state", "one value"),
    ({"state": {"is": "NY"}}, "filters.state", "text"),
    ({"vendor_code": "NOPE"}, "filters.vendor_code", "no agency NOPE"),
    ({"assigned_agent": "no@example.com"}, "filters.assigned_agent", "no@example.com"),
    ({"query": "a\u0000", "conditions": []}, "filters.query", "control"),
    ({"query": " ", **tree(condition("state", "equals", "NY"))}, "filters.query", "Is empty; leave it out"),
    *(
        ({"disposition": ["New"], name: empty}, f"filters.{name}", "Is empty; leave it out")
        for name, empty in (("state", []), ("q", ""), ("tag", " "), ("status", []), ("has_attorney", [""]))
    ),
    ({"disposition": ["New", ""]}, "filters.disposition", "Is empty; leave it out"),
]


def test_what_is_wrong_is_named_by_its_path(manager: APIClient) -> None:
    for filters, path, says in WRONG:
        details = problems(manager, {"filters": filters})
        assert list(details) == [path], (filters, details)
        assert says in details[path][0], (filters, details)


def test_all_that_is_wrong_is_told_at_once(manager: APIClient) -> None:
    parts = [condition("nmae", "lik", 1), tree(condition("state", "equals", "XX"), logic="NOR")]
    assert set(problems(manager, {"filters": tree(*parts)})) == {
        "filters.conditions[0].field",
        "filters.conditions[0].operator",
        "filters.conditions[1].logic",
        "filters.conditions[1].conditions[0].value",
    }


def nested(levels: int) -> Node:
    return tree(condition("state", "equals", "NY") if levels == 1 else nested(levels - 1))


def test_groups_nest_to_five_levels_and_no_deeper(manager: APIClient) -> None:
    lead = make_lead(state="NY")
    assert manager.post(PATH, {"filters": nested(5)}).json()["data"][0]["lead_id"] == str(lead.pk)
    details = problems(manager, {"filters": nested(6)})
    assert details == {
        f"filters{'.conditions[0]' * 5}": ["Nested deeper than 5 levels; make the tree flatter."]
    }
    deep = '{"filters": ' + '{"logic": "AND", "conditions": [' * 400 + "]}" * 400 + "}"
    assert manager.post(PATH, deep, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"filter": {}}, "filter"),
        ({"query": "x" * 201}, "query"),
        ({"query": "\u0000"}, "query"),
        ({"sort": {"field": "notes"}}, "sort.field"),
        ({"sort": {"field": "created_at", "order": "up"}}, "sort.order"),
        ({"sort": {"field": "created_at", "by": "x"}}, "sort.by"),
        ({"pagination": {"limit": 0}}, "pagination.limit"),
        ({"pagination": {"limit": 201}}, "pagination.limit"),
        ({"pagination": {"cursor": "abc"}}, "pagination.cursor"),
        ({"saved_filter": "x"}, "saved_filter"),
        ({"saved_filter": "0197a0de-0000-7000-8000-000000000000"}, "saved_filter"),
    ],
    ids=str,
)
def test_a_bad_body_is_named(manager: APIClient, body: Node, path: str) -> None:
    make_lead()
    assert list(problems(manager, body)) == [path]


def test_pages_hold_every_lead_once_in_order_and_cursors_are_bound_to_the_body(manager: APIClient) -> None:
    for quality in (3, 9, 5, 5, 7):
        make_lead(quality_score=quality, state="NY")
    body: Node = {
        "filters": tree(condition("state", "equals", "NY")),
        "sort": {"field": "quality_score", "order": "asc"},
        "pagination": {"limit": 2},
    }
    seen: list[int] = []
    cursor = None
    while True:
        answer = manager.post(PATH, {**body, "pagination": {"limit": 2, "cursor": cursor}}).json()
        seen += [lead["quality_score"] for lead in answer["data"]]
        assert answer["pagination"]["total"] == 5
        last, cursor = cursor or answer["pagination"]["cursor"], answer["pagination"]["cursor"]
        if not cursor:
            break
    assert seen == [3, 5, 5, 7, 9]
    paging = {"pagination": {"limit": 2, "cursor": last}}
    for changed in (
        {"filters": tree(condition("state", "equals", "IL"))},
        {"sort": {"field": "created_at", "order": "asc"}},
        {"query": "sam"},
    ):
        assert list(problems(manager, {**body, **paging, **changed})) == ["pagination.cursor"]
    other_order = {name: body[name] for name in reversed(body)}
    assert manager.post(PATH, {**other_order, **paging}).status_code == 200


def test_a_search_takes_as_many_statements_as_the_list(
    manager: APIClient, django_assert_num_queries: Callable[[int], Any]
) -> None:
    agent = make_user(role=Role.AGENT, email="agent@example.com")
    for _ in range(4):
        make_lead(first_name="Zoe", assigned_agent=agent)
    parts = [
        condition("first_name", "contains", "zoe"),
        tree(condition("state", "in", ["IL", "NY"]), logic="OR"),
    ]
    manager.get("/api/leads")
    with CaptureQueriesContext(connection) as plain:
        manager.get("/api/leads?state=IL")
    with django_assert_num_queries(len(plain)):
        found(manager, *parts)
    named = [
        condition("assigned_agent", "in", ["agent@example.com", "me"]),
        condition("vendor_code", "equals", "testagency"),
    ]
    with django_assert_num_queries(len(plain) + 2):  # who is named
        assert len(found(manager, *parts, *named, *named)) == 4


def test_a_vendor_cannot_search_by_what_it_is_not_shown() -> None:
    make_lead(make_agency(code="OURS"))
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="OURS"))
    for field in HIDDEN_FROM_VENDORS:
        details = problems(vendor, {"filters": tree(condition(field, FIELDS[field].operators[0], "x"))})
        assert field not in details["filters.conditions[0].field"][0].partition("Known: ")[2].split(", ")


def test_a_vendor_searches_its_own_leads_without_our_notes() -> None:
    lead = make_lead(make_agency(code="OURS"), notes="his spouse called", lead_value=5)
    make_lead(make_agency(code="THEIRS"))
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="OURS"))
    assert found(vendor) == found(vendor, condition("vendor_code", "equals", "OURS")) == {str(lead.pk)}
    assert found(vendor, query="spouse") == set()
    for code in ("THEIRS", "NOPE"):  # the same answer, whether it exists or not
        details = problems(vendor, {"filters": tree(condition("vendor_code", "equals", code))})
        assert details["filters.conditions[0].value"] == [
            f"There is no agency {code}, or you may not see it."
        ]
    assert list(problems(vendor, {"sort": {"field": "lead_value"}})) == ["sort.field"]


def test_an_agent_learns_nothing_about_agencies_and_colleagues() -> None:
    agent, colleague = make_user(role=Role.AGENT), make_user(role=Role.AGENT, email="ann@example.com")
    mine = make_lead(make_agency(code="OURS"), assigned_agent=agent)
    make_lead(make_agency(code="THEIRS"), assigned_agent=colleague)
    client = signed_in(agent)
    for code in ("THEIRS", "NOPE"):
        assert found(client, condition("vendor_code", "equals", code)) == set()
    for email in ("ann@example.com", "nobody@example.com"):
        assert found(client, condition("assigned_agent", "equals", email)) == set()
    assert found(client, condition("assigned_agent", "equals", "me")) == {str(mine.pk)}
    assert found(client, condition("assigned_agent", "not_equals", "me")) == set()


def test_within_last_ends_now(manager: APIClient) -> None:
    now = timezone.now()
    inside = make_lead(
        created_at=now - timedelta(days=6, hours=23), accident_date=business_day() - timedelta(days=7)
    )
    make_lead(created_at=now - timedelta(days=7, minutes=1), accident_date=business_day() - timedelta(days=8))
    assert found(manager, condition("created_at", "within_last", 7)) == {str(inside.pk)}
    assert found(manager, condition("accident_date", "within_last", 7)) == {str(inside.pk)}


def test_parts_of_names_are_found_by_the_trigram_index(manager: APIClient) -> None:
    make_lead()
    with CaptureQueriesContext(connection) as captured:
        found(manager, condition("last_name", "contains", "ortiz"))
    page = next(entry["sql"] for entry in captured if "LIMIT 51" in entry["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # a handful of leads needs no index
        cursor.execute(f"EXPLAIN {page}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "leads_search_trigram" in plan, plan


@pytest.mark.django_db(transaction=True)
def test_a_search_that_takes_too_long_is_unavailable_with_advice(manager: APIClient) -> None:
    make_lead()

    def search() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '200ms'")
        return manager.post(PATH, {"filters": tree(condition("notes", "contains", "x"))})

    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE"
        )  # the search waits until its time is up
        [answer] = at_once([search])
        cursor.execute("ROLLBACK")
    assert not isinstance(answer, Exception), answer
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "Narrow it" in answer.json()["error"]
    assert answer["Retry-After"]
    assert "SELECT" not in answer.content.decode()
