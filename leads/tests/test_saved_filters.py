"""/filters, and what they feed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from agencies.models import Agency
from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.models import SavedFilter, SavedFilterUse
from leads.services import saved_filters
from leads.tests.factories import make_lead
from leads.tests.racing import at_once

NOBODYS = "0199c0de-0000-7000-8000-000000000000"  # fixed: workers must collect the same tests

pytestmark = pytest.mark.django_db

PATH = "/api/filters"
NY: dict[str, Any] = {"state": "NY"}
GOOD = {
    "logic": "AND",
    "conditions": [{"field": "quality_score", "operator": "greater_or_equal", "value": 8}],
}


@pytest.fixture
def boss() -> User:
    return make_user(role=Role.MANAGER, email="boss@example.com")


@pytest.fixture
def manager(boss: User) -> APIClient:
    return signed_in(boss)


def save(client: APIClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(PATH, {"name": "New York", "filters": NY, **fields})
    assert answer.status_code == 201, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def names(filters: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in filters]


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.json()
    return {lead["lead_id"] for lead in answer.json()["data"]}


def test_a_filter_is_kept_shown_replaced_and_forgotten(manager: APIClient) -> None:
    made = save(manager, description="the east")
    assert made == {
        "id": made["id"],
        "name": "New York",
        "description": "the east",
        "filters": NY,
        "isPublic": False,
        "owner": "boss@example.com",
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "problems": [],
    }
    path = f"{PATH}/{made['id']}"
    assert manager.get(path).json() == made
    changed = manager.put(path, {"name": "Good", "filters": GOOD, "isPublic": True}).json()
    assert (changed["name"], changed["filters"], changed["description"]) == ("Good", GOOD, "")
    assert changed["isPublic"] is True
    assert changed["updated_at"] > made["updated_at"]
    assert manager.delete(path).json() == {"success": True, "id": made["id"]}
    assert manager.get(path).status_code == 404


def test_both_shapes_and_a_query_feed_list_and_search(manager: APIClient) -> None:
    sought = make_lead(state="NY", quality_score=9, first_name="Zoe")
    plain = make_lead(state="NY", quality_score=2)
    make_lead(state="IL", quality_score=9)
    in_ny = save(manager)["id"]
    good = save(manager, name="Good", filters=GOOD)["id"]
    zoe = save(manager, name="Zoe", filters={"query": "zoe", "conditions": []})["id"]
    assert ids(manager.get(f"/api/leads?savedFilter={in_ny}")) == {str(sought.pk), str(plain.pk)}
    assert ids(manager.get(f"/api/leads?savedFilter={good}&state=NY")) == {str(sought.pk)}
    assert ids(manager.get(f"/api/leads?savedFilter={zoe}")) == {str(sought.pk)}
    search = {"saved_filter": in_ny, "filters": GOOD, "query": "zoe"}
    assert ids(manager.post("/api/leads/advanced-search", search)) == {str(sought.pk)}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"filters": {}}, "filters"),
        ({"filters": {"q": ""}}, "filters.q"),
        ({"filters": {"state": [], "disposition": ["New"]}}, "filters.state"),
        ({"filters": {"conditions": []}}, "filters"),
        ({"filters": []}, "filters"),
        ({"filters": None}, "filters"),
        ({"filters": {"stat": "NY"}}, "filters.stat"),
        ({"filters": {"state": "XX"}}, "filters.state"),
        ({"filters": {"savedFilter": NOBODYS}}, "filters.savedFilter"),
        ({"filters": {"ordering": "state"}}, "filters.ordering"),
        ({"filters": {"vendor_code": "NOPE"}}, "filters.vendor_code"),
        ({"filters": {"conditions": [{"field": "x", "operator": "equals", "value": 1}]}}, "filters.conditions[0].field"),
        ({"filters": {"conditions": [], "state": "NY"}}, "filters.state"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "<b>x</b>"}, "name"),
        ({"public": True}, "public"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_kept_is_named(manager: APIClient, fields: dict[str, Any], path: str) -> None:
    answer = manager.post(PATH, {"name": "New York", "filters": NY, **fields})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error"), answer.json()
    assert list(answer.json()["details"]) == [path]
    assert not SavedFilter.objects.exists()


def test_a_name_stands_once_for_its_owner(manager: APIClient) -> None:
    save(manager)
    second = save(manager, name="Good", filters=GOOD)
    for answer in (
        manager.post(PATH, {"name": "New York", "filters": GOOD}),
        manager.put(f"{PATH}/{second['id']}", {"name": "New York", "filters": GOOD}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert list(answer.json()["details"]) == ["name"]
    assert save(signed_in(make_user(role=Role.AGENT)))["name"] == "New York"


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_of_one_name_at_once_one_is_a_conflict(boss: User) -> None:
    def save_from(client: APIClient) -> int:
        return int(client.post(PATH, {"name": "A", "filters": NY}).status_code)

    answers = at_once([partial(save_from, signed_in(boss)) for _ in range(4)])
    assert sorted(map(str, answers)) == ["201", "409", "409", "409"]


def test_nobody_keeps_filters_without_end(manager: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_filters, "MOST_FILTERS", 1)
    save(manager)
    answer = manager.post(PATH, {"name": "Good", "filters": GOOD})
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["name"])


def test_a_repeated_key_makes_one_filter(manager: APIClient) -> None:
    body = {"name": "New York", "filters": NY}
    first, second = (manager.post(PATH, body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert SavedFilter.objects.count() == 1


def test_public_ones_are_the_staffs_to_use_and_the_owners_to_change(manager: APIClient) -> None:
    agent = signed_in(make_user(role=Role.AGENT, email="ann@example.com"))
    admin = signed_in(make_user(role=Role.ADMIN))
    public = save(agent, name="Shared", isPublic=True)
    private = save(agent, name="Mine")
    assert names(manager.get(PATH).json()["data"]) == ["Shared"]
    body = {"name": "Other", "filters": GOOD}
    for method, given in (("put", body), ("delete", None)):
        refused = getattr(manager, method)(f"{PATH}/{public['id']}", given)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
        for client in (manager, admin):
            hidden = getattr(client, method)(f"{PATH}/{private['id']}", given)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
    assert manager.get(f"/api/leads?savedFilter={public['id']}").status_code == 200
    changed = admin.put(f"{PATH}/{public['id']}", body).json()
    assert (changed["name"], changed["owner"], changed["isPublic"]) == ("Other", "ann@example.com", True)
    assert manager.get(f"/api/leads?savedFilter={public['id']}").status_code == 200
    assert admin.delete(f"{PATH}/{public['id']}").status_code == 200


def test_a_vendor_has_its_own_only() -> None:
    make_agency(code="OURS")
    staff, vendor, colleague = (
        signed_in(make_user(role=role, vendor_code=code))
        for role, code in ((Role.MANAGER, ""), (Role.VENDOR, "OURS"), (Role.VENDOR, "OURS"))
    )
    public = save(staff, name="Shared", isPublic=True)["id"]
    own = save(vendor, name="Ours")["id"]
    for client, pk in ((vendor, public), (colleague, own), (staff, own)):
        assert client.get(f"{PATH}/{pk}").status_code == 404
        used = client.get(f"/api/leads?savedFilter={pk}")
        assert (used.status_code, list(used.json()["details"])) == (400, ["savedFilter"])
    assert names(vendor.get(PATH).json()["data"]) == ["Ours"]
    refused = vendor.post(PATH, {"name": "All", "filters": NY, "isPublic": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    hidden = vendor.post(PATH, {"name": "Rich", "filters": {"minValue": 10}})
    assert (hidden.status_code, list(hidden.json()["details"])) == (400, ["filters.minValue"])


def test_presets_are_own_public_and_recent(manager: APIClient, boss: User) -> None:
    agent = signed_in(make_user(role=Role.AGENT))
    shared = save(agent, name="Shared", isPublic=True)["id"]
    save(agent, name="Hidden")
    used = [save(manager, name=f"Filter {at:02}")["id"] for at in range(12)]
    for pk in (*used, shared, used[3]):
        manager.get(f"/api/leads?savedFilter={pk}")
    presets = manager.get(f"{PATH}/presets").json()
    assert names(presets["userFilters"]) == [f"Filter {at:02}" for at in range(12)]
    assert names(presets["publicFilters"]) == ["Shared"]
    assert names(presets["recentFilters"])[:3] == ["Filter 03", "Shared", "Filter 11"]
    assert len(presets["recentFilters"]) == 10
    assert SavedFilterUse.objects.filter(user=boss).count() == 13  # one row for each, however often used
    SavedFilter.objects.filter(pk=shared).update(is_public=False)
    assert "Shared" not in names(manager.get(f"{PATH}/presets").json()["recentFilters"])


def gone_agency() -> None:
    Agency.objects.filter(pk="GONE").delete()


def gone_agent() -> None:
    User.objects.filter(email="gone@example.com").delete()


def gone_field() -> None:
    SavedFilter.objects.update(filters={"conditions": [{"field": "fax", "operator": "is_empty"}]})


def gone_choice() -> None:
    SavedFilter.objects.update(filters={"disposition": ["Sleeping"]})


CONDITION = {"field": "vendor_code", "operator": "in", "value": ["GONE"]}


@pytest.mark.parametrize(
    ("filters", "change", "says"),
    [
        ({"vendor_code": "GONE"}, gone_agency, "filters.vendor_code: There is no agency GONE"),
        ({"conditions": [CONDITION]}, gone_agency, "filters.conditions[0].value[0]: There is no agency GONE"),
        ({"assigned_agent": "gone@example.com"}, gone_agent, "filters.assigned_agent: Nobody here"),
        (NY, gone_field, "filters.conditions[0].field: Unknown field."),
        (NY, gone_choice, "filters.disposition: Select a valid choice."),
    ],
    ids=["agency", "agency in tree", "agent", "field", "choice"],
)
def test_a_filter_that_no_longer_fits_says_so_and_chooses_nothing(
    manager: APIClient, filters: dict[str, Any], change: Callable[[], None], says: str
) -> None:
    make_agency(code="GONE")
    make_user(role=Role.AGENT, email="gone@example.com")
    make_lead()
    made = save(manager, filters=filters)
    assert made["problems"] == []
    change()
    [shown] = manager.get(PATH).json()["data"]
    assert len(shown["problems"]) == 1
    assert shown["problems"][0].startswith(says)
    for answer, parameter in (
        (manager.get(f"/api/leads?savedFilter={made['id']}"), "savedFilter"),
        (manager.post("/api/leads/advanced-search", {"saved_filter": made["id"]}), "saved_filter"),
    ):
        assert answer.status_code == 400
        assert says in answer.json()["details"][parameter][0]
    mended = manager.put(f"{PATH}/{made['id']}", {"name": "Mended", "filters": NY})
    assert mended.json()["problems"] == []


def test_a_filter_of_former_rights_no_longer_fits() -> None:
    make_agency(code="OURS")
    person = make_user(role=Role.AGENT)
    made = save(signed_in(person), filters={"priority": "urgent"})
    User.objects.filter(pk=person.pk).update(role=Role.VENDOR, vendor_code="OURS")
    person.refresh_from_db()
    [shown] = signed_in(person).get(PATH).json()["data"]
    assert shown["problems"][0].startswith("filters.priority: Unknown.")
    assert signed_in(person).get(f"/api/leads?savedFilter={made['id']}").status_code == 400


def test_me_is_whoever_uses_the_filter(manager: APIClient) -> None:
    ann = make_user(role=Role.AGENT)
    lead = make_lead(assigned_agent=ann)
    tree = {"conditions": [{"field": "assigned_agent", "operator": "equals", "value": "me"}]}
    for at, filters in enumerate(({"assigned_agent": "me"}, tree)):
        mine = save(manager, name=f"Mine {at}", filters=filters, isPublic=True)["id"]
        assert ids(signed_in(ann).get(f"/api/leads?savedFilter={mine}")) == {str(lead.pk)}
        assert ids(manager.get(f"/api/leads?savedFilter={mine}")) == set()


def test_lists_take_as_many_statements_for_many_as_for_one(
    manager: APIClient, django_assert_num_queries: Callable[[int], Any]
) -> None:
    make_agency(code="OURS")
    make_user(role=Role.AGENT, email="ann@example.com")
    tree = {"conditions": [{"field": "assigned_agent", "operator": "in", "value": ["ann@example.com"]}]}
    for at in range(6):
        save(manager, name=f"{at}", filters={"vendor_code": "OURS"} if at % 2 else tree)
    with django_assert_num_queries(4):  # who asks, which filters; agencies and people they name
        manager.get(PATH)
    with django_assert_num_queries(6):  # who asks, three groups; agencies and people they name
        manager.get(f"{PATH}/presets")


@pytest.mark.parametrize("pk", ["nope", "1", NOBODYS])
def test_a_filter_that_is_not_there(manager: APIClient, pk: str) -> None:
    assert manager.get(f"{PATH}/{pk}").status_code == 404
    answer = manager.get(f"/api/leads?savedFilter={pk}")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["savedFilter"])
