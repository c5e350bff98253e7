"""GET /leads and GET /leads/{id}."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.tests.factories import make_user, signed_in
from leads.api.serializers import HistoryEntrySerializer, LeadDetailSerializer
from leads.models import Lead
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def ids(client: APIClient, **query: Any) -> list[str]:
    answer = client.get(f"/api/leads?{urlencode(query, doseq=True)}")
    assert answer.status_code == 200, answer.json()
    return [lead["lead_id"] for lead in answer.json()["data"]]


def test_the_answer_has_the_documented_fields(manager: APIClient) -> None:
    lead = make_lead()
    body = manager.get(f"/api/leads/{lead.pk}").json()
    assert set(body) == set(LeadDetailSerializer().fields)
    assert set(body["update_history"][0]) == set(HistoryEntrySerializer().fields)
    assert body["lead_value"] == "0.00"
    assert body["created_at"].endswith("Z")


def test_newest_first_with_an_honest_total(manager: APIClient) -> None:
    leads = [make_lead(created_at=timezone.now() - timedelta(days=day)) for day in range(3)]
    body = manager.get("/api/leads?limit=2").json()
    assert [lead["lead_id"] for lead in body["data"]] == [str(lead.pk) for lead in leads[:2]]
    assert body["pagination"] == {"total": 3, "cursor": body["pagination"]["cursor"], "hasMore": True}


def test_a_page_takes_four_statements_at_most_whatever_its_size(
    manager: APIClient, django_assert_num_queries: Any
) -> None:
    agent = make_user(role=Role.AGENT)
    for _ in range(12):
        make_lead(assigned_agent=agent)
    with django_assert_num_queries(4):  # who asks, which, roughly and exactly how many
        body = manager.get("/api/leads?limit=10").json()
    with django_assert_num_queries(2):  # a page with room left is its own total
        assert manager.get("/api/leads?limit=20").json()["pagination"]["total"] == 12
    with django_assert_num_queries(2):  # the total travels in the cursor
        manager.get(f"/api/leads?{urlencode({'limit': 10, 'cursor': body['pagination']['cursor']})}")


def test_both_spellings_of_a_path_answer(manager: APIClient) -> None:
    lead = make_lead()
    assert manager.get("/api/leads/").status_code == 200
    assert manager.get(f"/api/leads/{lead.pk}/").status_code == 200


def test_a_list_may_be_kept_for_30_seconds_and_answers_304(manager: APIClient) -> None:
    make_lead()
    first = manager.get("/api/leads")
    assert first["Cache-Control"] == "private, max-age=30"
    assert {"Authorization", "X-API-Key"} <= set(first["Vary"].split(", "))
    assert manager.get("/api/leads", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"disposition": ["Qualified", "Contacted"]}, {"match"}),
        ({"status": "Qualified"}, {"match"}),
        ({"vendor_code": "RIDGELINE"}, {"match"}),
        ({"vendor": "RIDGELINE"}, {"match"}),
        ({"campaign_source": "fb-rearend"}, {"match"}),
        ({"assigned_agent": "agent@example.com"}, {"match"}),
        ({"assigned_agent": "unassigned"}, {"other"}),
        ({"priority": "urgent"}, {"match"}),
        ({"state": "NY"}, {"match"}),
        ({"tag": "vip"}, {"match"}),
        ({"has_attorney": "no"}, {"match"}),
        ({"startDate": "2026-03-01", "endDate": "2026-03-01"}, {"match"}),
        ({"endDate": "2026-02-28"}, set()),
        ({"minQuality": 8}, {"match"}),
        ({"maxQuality": 7}, {"other"}),
        ({"minValue": "70.50"}, {"match"}),
        ({"maxValue": 70}, {"other"}),
        ({"deadlineWithin": 30}, {"match"}),
        ({"q": "josé núñez"}, {"match"}),
        ({"q": "JOSE nunez"}, {"match"}),
        ({"q": "(312) 299-8877"}, {"match"}),
        ({"q": "0001112"}, set()),
        ({"q": "whiplash"}, {"match"}),
        ({"q": "jose@examp"}, {"match"}),
        ({"q": "%"}, set()),
        ({"q": "_____"}, set()),
        ({"q": "Li"}, {"match"}),
        ({"q": "L"}, set()),
        ({"q": "whipl"}, {"match"}),
        ({"q": "plash"}, set()),  # of the notes, beginnings of words
        ({"q": "'"}, set()),
        ({"q": "\u2019\u2019\u2019"}, set()),  # unaccent makes quotes of these
        ({"q": "\\\\\\"}, set()),
        ({"q": "a:b & c | !(d)"}, set()),
        ({"q": ""}, {"match", "other"}),
        ({"startDate": "9999-12-31"}, set()),
        ({"startDate": "0001-01-01"}, {"match", "other"}),
        ({"state": "NY", "disposition": "New"}, set()),
    ],
    ids=str,
)
def test_each_filter(manager: APIClient, query: dict[str, Any], wanted: set[str]) -> None:
    agent = make_user(role=Role.AGENT, email="agent@example.com")
    named = {
        "match": make_lead(
            make_agency(code="RIDGELINE"),
            first_name="José",
            last_name="Núñez",
            email="jose@example.net",
            phone="+13122998877",
            disposition="Qualified",
            campaign_source="fb-rearend",
            assigned_agent=agent,
            priority="urgent",
            state="NY",
            tags=["vip", "spanish"],
            has_attorney="no",
            created_at=datetime(2026, 3, 2, 4, 30, tzinfo=UTC),  # the evening of March 1st in New York
            quality_score=8,
            lead_value=Decimal("70.50"),
            filing_deadline=business_day() + timedelta(days=30),
            notes="whiplash, called Li twice",
        ),
        "other": make_lead(),
    }
    assert set(ids(manager, **query)) == {str(named[name].pk) for name in wanted}


def test_an_agent_asks_for_me() -> None:
    agent = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=agent)
    make_lead()
    assert ids(signed_in(agent), assigned_agent="me") == [str(lead.pk)]


def test_each_role_sees_its_own() -> None:
    agent, colleague = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
    ours, theirs = make_agency(code="OURS"), make_agency(code="THEIRS")
    lead = make_lead(ours, assigned_agent=agent)
    make_lead(theirs, assigned_agent=colleague)
    vendor = make_user(role=Role.VENDOR, vendor_code="OURS")
    assert ids(signed_in(agent)) == ids(signed_in(vendor)) == [str(lead.pk)]
    assert len(ids(signed_in(make_user(role=Role.MANAGER)))) == 2


@pytest.mark.parametrize("path", ["", "/history", "/explain", "/comments"])
@pytest.mark.parametrize("role", [Role.AGENT, Role.VENDOR])
def test_anothers_lead_does_not_exist(role: Role, path: str) -> None:
    make_agency(code="OURS")
    user = make_user(role=role, vendor_code="OURS" if role == Role.VENDOR else "")
    lead = make_lead()
    answer = signed_in(user).get(f"/api/leads/{lead.pk}{path}")
    if role == Role.VENDOR and path == "/comments":
        assert answer.status_code == 403
    else:
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_vendor_is_never_told_an_agents_name() -> None:
    agency = make_agency(code="OURS")
    agent = make_user(role=Role.AGENT, first_name="Quillon")
    lead = make_lead(agency, assigned_agent=agent, notes="secret note")
    Lead.objects.filter(pk=lead.pk).update(assigned_agent=None)
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="OURS"))
    for path in (
        "/api/leads",
        f"/api/leads/{lead.pk}",
        f"/api/leads/{lead.pk}/history",
        f"/api/leads/{lead.pk}/explain",
    ):
        text = vendor.get(path).content.decode()
        assert "Quillon" not in text
        assert agent.email not in text
        assert "secret note" not in text


def test_detail_takes_a_known_number_of_statements(
    manager: APIClient, django_assert_num_queries: Any
) -> None:
    lead = make_lead(assigned_agent=make_user(role=Role.AGENT))
    Lead.objects.update(assigned_agent=None)
    with django_assert_num_queries(4):  # who asks, the lead, its history, the agents named there
        manager.get(f"/api/leads/{lead.pk}")


ORDERINGS = ["created_at", "updated_at", "quality_score", "lead_value", "last_contact", "filing_deadline"]


@settings(max_examples=25)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(0, 2), st.integers(0, 2)), max_size=9
    ),
    ordering=st.sampled_from([sign + name for name in ORDERINGS for sign in ("", "-")]),
    limit=st.integers(1, 4),
)
def test_pages_in_any_order_hold_every_lead_once(
    manager: APIClient, rows: list[tuple[int, int, int, int]], ordering: str, limit: int
) -> None:
    Lead.objects.all().delete()
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    for day, quality, contact, deadline in rows:
        make_lead(
            created_at=moment + timedelta(days=day),
            quality_score=quality,
            lead_value=quality,
            last_contact=moment + timedelta(days=contact) if contact else None,
            filing_deadline=date(2027, 1, deadline) if deadline else None,
        )
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = {"ordering": ordering, "limit": limit} | ({"cursor": cursor} if cursor else {})
        body = manager.get(f"/api/leads?{urlencode(query)}").json()
        seen += body["data"]
        cursor = body["pagination"]["cursor"]
        assert body["pagination"]["hasMore"] == bool(cursor)
        assert body["pagination"]["total"] == len(rows)
        if not cursor:
            break
    assert sorted(lead["lead_id"] for lead in seen) == sorted(
        str(pk) for pk in Lead.objects.values_list("pk", flat=True)
    )
    name = ordering.removeprefix("-")
    values = [float(lead[name]) if name == "lead_value" else lead[name] for lead in seen]
    valued = [value for value in values if value is not None]
    assert valued == sorted(valued, reverse=ordering.startswith("-"))
    assert values == valued + [None] * (len(values) - len(valued))  # rows without a value come last


def test_no_lead_is_skipped_or_repeated_while_others_come_in(manager: APIClient) -> None:
    leads = [make_lead() for _ in range(6)]
    body = manager.get("/api/leads?limit=3").json()
    make_lead()
    rest = ids(manager, limit=3, cursor=body["pagination"]["cursor"])
    assert [lead["lead_id"] for lead in body["data"]] + rest == [str(lead.pk) for lead in reversed(leads)]


def test_above_ten_thousand_the_total_is_an_estimate_that_says_so(
    manager: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.core.api.pagination.EXACT_UP_TO", 3)
    for _ in range(5):
        make_lead()
    pagination = manager.get("/api/leads?limit=1").json()["pagination"]
    assert pagination["totalIsEstimate"] is True
    assert pagination["total"] >= 4


@pytest.mark.parametrize(
    "query",
    [
        "ordering=-lead_value",
        "minValue=1",
        "maxValue=1",
        "tag=vip",
        "priority=urgent",
        "assigned_agent=unassigned",
    ],
)
def test_a_vendor_cannot_ask_for_what_it_is_not_shown(query: str) -> None:
    make_lead(make_agency(code="OURS"))
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="OURS"))
    answer = vendor.get(f"/api/leads?{query}")
    assert (answer.status_code, list(answer.json()["details"])) == (400, [query.partition("=")[0]])


def test_a_vendors_search_does_not_read_our_notes() -> None:
    lead = make_lead(make_agency(code="OURS"), first_name="José", notes="his spouse called")
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="OURS"))
    assert ids(vendor, q="spouse") == []
    assert ids(vendor, q="jose") == ids(vendor, q=lead.phone) == [str(lead.pk)]


def test_the_second_answer_of_a_longer_list_is_304_too(
    manager: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        make_lead()
    first = manager.get("/api/leads?limit=1")
    monkeypatch.setattr("django.core.signing.time.time", lambda: 4_000_000_000)
    assert manager.get("/api/leads?limit=1", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_a_cursor_is_good_for_its_own_list_and_filters_only(manager: APIClient) -> None:
    lead = make_lead(state="NY")
    make_lead(state="NY")
    cursor = manager.get("/api/leads?limit=1&state=NY").json()["pagination"]["cursor"]
    assert manager.get(f"/api/leads?limit=2&state=NY&cursor={cursor}").status_code == 200
    for path in (
        "/api/leads?state=IL",
        "/api/leads?",
        f"/api/leads/{lead.pk}/comments?",
        f"/api/leads/{lead.pk}/history?",
    ):
        answer = manager.get(f"{path}&cursor={cursor}")
        assert (answer.status_code, list(answer.json()["details"])) == (400, ["cursor"]), path
