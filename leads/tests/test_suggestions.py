"""GET /search/suggestions."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.tests.factories import make_user, signed_in
from leads.choices import SuggestionKind as Kind
from leads.models import Lead, Term
from leads.selectors import Suggestion, kinds_for, suggestions
from leads.selectors.suggesting import shared_out
from leads.services.terms import tidy_terms
from leads.tasks import tidy_lead_terms
from leads.tests.factories import make_lead
from leads.tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def asked(client: APIClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/search/suggestions?{urlencode(query, doseq=True)}")
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["suggestions"]
    return found


def values(client: APIClient, kind: str, q: str) -> list[str]:
    return [one["value"] for one in asked(client, q=q) if one["type"] == kind]


def test_each_kind_is_found(manager: APIClient) -> None:
    agency = make_agency(code="QUARTZ", name="Quartz Media")
    agent = make_user(role=Role.AGENT, first_name="Quincy", last_name="Adams")
    lead = make_lead(
        agency, first_name="Quentin", last_name="Ray", city="Quincy", campaign_source="quick-search", tags=["quiet"],
        phone="+13125550123",
    )  # fmt: skip
    other = make_lead(first_name="Ann", last_name="Lee", email="quill@example.com")
    found = {one["type"]: one for one in asked(manager, q="qu")}
    assert found == {
        "name": {
            "type": "name", "value": "Quentin Ray", "label": "Quentin Ray · +1 312-555-0123",
            "metadata": {"lead_id": str(lead.pk)},
        },
        "email": {
            "type": "email", "value": "quill@example.com", "label": "quill@example.com · Ann Lee",
            "metadata": {"lead_id": str(other.pk)},
        },
        "city": {"type": "city", "value": "Quincy", "label": "Quincy", "metadata": {}},
        "agency": {
            "type": "agency", "value": "QUARTZ", "label": "Quartz Media (QUARTZ)", "metadata": {"vendor_code": "QUARTZ"},
        },
        "campaign": {"type": "campaign", "value": "quick-search", "label": "quick-search", "metadata": {}},
        "agent": {
            "type": "agent", "value": agent.email, "label": f"Quincy Adams · {agent.email}",
            "metadata": {"agent_id": str(agent.pk)},
        },
        "tag": {"type": "tag", "value": "quiet", "label": "quiet", "metadata": {}},
    }  # fmt: skip


@pytest.mark.parametrize("q", ["312555", "(312) 555-01", "+1 312", "0123", "31", "+1312555012"])
def test_a_phone_number_is_found_while_it_is_typed(manager: APIClient, q: str) -> None:
    make_lead(phone="+13125550123", email="")
    assert values(manager, "phone", q) == ["+13125550123"]


def test_the_other_number_is_shown_where_it_is_the_one_meant(manager: APIClient) -> None:
    make_lead(phone="+13125550123", alternate_phone="+16465550177", email="")
    assert values(manager, "phone", "646") == ["+16465550177"]


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"first_name": "+Zed"}, "+Zed Ray · +1 312-555-0123"),
        (
            {"first_name": "", "last_name": "", "email": "+zed@example.com"},
            "+zed@example.com · +1 312-555-0123",
        ),
        ({"first_name": "Zed", "phone": "+99912345678"}, "Zed Ray · +99912345678"),  # no country has it
    ],
)
def test_only_phone_numbers_are_set_apart_and_only_where_they_can_be(
    manager: APIClient, fields: dict[str, Any], label: str
) -> None:
    make_lead(**{"last_name": "Ray", "email": "", "phone": "+13125550123", **fields})
    assert [one["label"] for one in asked(manager, q="zed")] == [label]


@pytest.mark.parametrize("q", ["jose", "JOSÉ", "pena", "José Pe", "pe jo", "j", "os"])
def test_accents_case_and_order_do_not_count(manager: APIClient, q: str) -> None:
    make_lead(first_name="José", last_name="Peña", email="", phone="+13125550123")
    assert (values(manager, "name", q) == ["José Peña"]) == (q != "os")


def test_short_texts_are_beginnings_and_long_ones_any_part(manager: APIClient) -> None:
    make_lead(first_name="Lamar", last_name="Dean", email="", phone="+13125550123", city="San Mateo")
    assert values(manager, "name", "ma") == []
    assert values(manager, "name", "mar") == ["Lamar Dean"]
    assert values(manager, "city", "ma") == values(manager, "city", "ate") == ["San Mateo"]


def test_beginnings_come_first_then_the_newest(manager: APIClient) -> None:
    for name in ("Mark", "Lamar", "Maria"):
        make_lead(first_name=name, last_name="Dean", email="")
    assert values(manager, "name", "mar") == ["Maria Dean", "Mark Dean", "Lamar Dean"]


def test_wildcards_and_quotes_are_letters(manager: APIClient) -> None:
    make_lead(campaign_source="50%_off's\\x")
    for q in ("50%", "%_o", "off's", "s\\x"):
        assert values(manager, "campaign", q) == ["50%_off's\\x"]
    assert asked(manager, q="5%_f") == asked(manager, q="___") == []


def test_a_kind_can_be_asked_for(manager: APIClient) -> None:
    make_lead(first_name="Mara", email="mara@example.com", city="Marietta")
    assert [one["type"] for one in asked(manager, q="mar", type=["city", "email"])] == ["email", "city"]
    assert [one["type"] for one in asked(manager, q="mar", type="phone")] == []


def test_many_people_leave_room_for_a_city(manager: APIClient) -> None:
    for number in range(12):
        make_lead(first_name="Maria", last_name="Dean", city="Marietta", email=f"x{number}@example.com")
    assert [one["type"] for one in asked(manager, q="mar")] == ["name"] * 9 + ["city"]
    assert len(asked(manager, q="mar", limit=3)) == 3


@given(
    st.lists(st.tuples(st.sampled_from(list(Kind)), st.booleans()), max_size=40),
    st.integers(min_value=1, max_value=50),
)
def test_sharing_out_loses_nothing_it_has_room_for(made: list[tuple[Kind, bool]], limit: int) -> None:
    found = [Suggestion(kind, str(place), "", {}, begins) for place, (kind, begins) in enumerate(made)]
    shown = shared_out(found, limit)
    assert len(shown) == min(limit, len(found))
    order = [(not one.is_beginning, list(Kind).index(one.kind), int(one.value)) for one in shown]
    assert order == sorted(order)
    for kind in {one.kind for one in found if one.is_beginning}:
        beginning_kinds = {one.kind for one in found if one.is_beginning}
        assert len(beginning_kinds) > limit or kind in {one.kind for one in shown}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"), ({"q": ""}, "q"), ({"q": "  "}, "q"), ({"q": "x" * 101}, "q"), ({"q": "a\0"}, "q"),
        ({"q": "a", "limit": 0}, "limit"), ({"q": "a", "limit": 51}, "limit"), ({"q": "a", "limit": "x"}, "limit"),
        ({"q": "a", "type": "zebra"}, "type.0"), ({"q": "a", "kind": "city"}, "kind"),
    ],
)  # fmt: skip
def test_bad_input_is_named(manager: APIClient, query: dict[str, Any], field: str) -> None:
    answer = manager.get(f"/api/search/suggestions?{urlencode(query)}")
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_a_vendor_is_told_of_its_own_leads_and_neither_agents_nor_tags() -> None:
    ours, theirs = make_agency(code="MAROURS", name="Mars"), make_agency(code="MARTHEIRS", name="Marlow")
    make_user(role=Role.AGENT, first_name="Marcus")
    make_lead(ours, first_name="Mario", email="", city="Marion", campaign_source="mar-a", tags=["marked"])
    make_lead(
        theirs, first_name="Martha", email="", city="Marietta", campaign_source="mar-b", tags=["marked"]
    )
    vendor = signed_in(make_user(role=Role.VENDOR, vendor_code="MAROURS"))
    shown = [(one["type"], one["value"]) for one in asked(vendor, q="mar")]
    assert shown == [
        ("name", "Mario Ortiz"),
        ("city", "Marion"),
        ("agency", "MAROURS"),
        ("campaign", "mar-a"),
    ]
    refused = vendor.get("/api/search/suggestions?q=mar&type=agent")
    assert refused.status_code == 400
    assert "agent" not in refused.json()["details"]["type"][0].split("Known")[1]


def test_an_agent_is_told_of_its_own_leads() -> None:
    me, other = (make_user(role=Role.AGENT, first_name=name) for name in ("Marta", "Marcus"))
    ours, theirs = make_agency(code="MARA", name="Secret"), make_agency(code="MARB")
    mine = {
        "assigned_agent": me,
        "first_name": "Mario",
        "city": "Marion",
        "campaign_source": "mar-a",
        "tags": ["mar-1"],
    }
    make_lead(ours, email="", **mine)
    hidden = {"first_name": "Martha", "city": "Marietta", "campaign_source": "mar-b", "tags": ["mar-2"]}
    make_lead(theirs, email="", assigned_agent=other, **hidden)
    make_lead(theirs, email="", **hidden)
    shown = [(one["type"], one["value"]) for one in asked(signed_in(me), q="mar")]
    assert shown == [
        ("name", "Mario Ortiz"), ("city", "Marion"), ("agency", "MARA"), ("campaign", "mar-a"), ("agent", me.email),
        ("tag", "mar-1"),
    ]  # fmt: skip
    assert asked(signed_in(me), q="secret") == []


@pytest.mark.parametrize("role", list(Role))
def test_two_statements_whatever_there_is(role: Role, django_assert_num_queries: Any) -> None:
    user = make_user(role=role, vendor_code=make_agency(code="MARS").pk if role == Role.VENDOR else "")
    agency = make_agency(code="MARX")
    for number in range(30):
        make_lead(agency, first_name="Mary", city=f"Mar{number}", tags=[f"mar{number}"])
    with django_assert_num_queries(2):
        suggestions("mar", actor=user.actor(Source.API), kinds=kinds_for(role), limit=50)


def terms() -> list[tuple[str, str, str]]:
    return sorted(Term.objects.values_list("kind", "agency", "value"))


def test_terms_follow_their_leads_by_every_path() -> None:
    lead = make_lead(make_agency(code="AA"), city="Gary", campaign_source="fall", tags=["new"])
    first = [
        ("campaign", "", "fall"), ("campaign", "AA", "fall"), ("city", "", "Gary"), ("city", "AA", "Gary"),
        ("tag", "", "new"),
    ]  # fmt: skip
    assert terms() == first
    Lead.objects.filter(pk=lead.pk).update(city="Elgin", agency=make_agency(code="BB"))
    added = [("campaign", "BB", "fall"), ("city", "", "Elgin"), ("city", "BB", "Elgin")]
    assert terms() == sorted(first + added)
    assert tidy_lead_terms() == 3  # AA's two and Gary
    assert terms() == sorted([first[0], first[4], *added])
    Term.objects.all().delete()
    assert tidy_terms() == 5
    lead.delete()
    assert tidy_terms() == 5
    assert terms() == []


def test_known_terms_are_not_written_again() -> None:
    lead = make_lead(city="Gary", tags=["new"])
    before = sorted(Term.objects.values_list("pk", flat=True))
    make_lead(city="Gary", tags=["new"])
    Lead.objects.filter(pk=lead.pk).update(disposition="Contacted")
    assert sorted(Term.objects.values_list("pk", flat=True)) == before


@pytest.mark.django_db(transaction=True)
def test_the_same_new_term_from_many_at_once_waits_for_nobody_and_is_shown_once() -> None:
    agency = make_agency(code="AA")
    agents = Actor.system("test")

    def arrive(number: int) -> None:
        Lead.objects.create(agency=agency, city="Gary", email=f"gary{number}@example.com")

    outcomes = at_once([lambda number=number: arrive(number) for number in range(8)])  # type: ignore[misc]
    assert outcomes == [None] * 8
    assert [one.value for one in suggestions("gar", actor=agents, kinds=[Kind.CITY], limit=10)] == ["Gary"]
    tidy_terms()
    assert terms() == [("city", "", "Gary"), ("city", "AA", "Gary")]
