"""GET, PATCH /api/auth/me; GET, POST /api/auth/users; GET, PATCH /api/auth/users/{username}; createsuperuser."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from crm.core.services.accounts import LastAdmin, update_user
from crm.core.tests.factories import make_user, signed_in

ME = "/api/auth/me"
USERS = "/api/auth/users"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> APIClient:
    return signed_in(make_user(role=Role.ADMIN, email="root@example.com", username="root"))


def test_people_change_their_name_and_availability() -> None:
    user = make_user()
    answer = signed_in(user).patch(ME, {"first_name": "Zoë", "availability": "busy"})
    assert answer.status_code == 200
    user.refresh_from_db()
    assert (user.first_name, user.availability) == ("Zoë", "busy")
    assert answer.json()["first_name"] == "Zoë"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "admin"),
        ("email", "x@example.com"),
        ("capacity", 0),
        ("max_capacity", 1),
        ("vendor_code", "ACME"),
        ("first_name", "<img src=x>"),
        ("first_name", "a\x07"),
        ("first_name", "a" * 101),
        ("first_name", None),
        ("first_name", 5),
        ("availability", "asleep"),
    ],
)
def test_people_do_not_change_the_rest(field: str, value: object) -> None:
    user = make_user()
    answer = signed_in(user).patch(ME, {field: value})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_an_empty_change_changes_nothing() -> None:
    assert signed_in(make_user()).patch(ME, {}).status_code == 200


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT])
def test_accounts_are_for_admins(role: Role) -> None:
    client = signed_in(make_user(role=role))
    assert client.get(USERS).status_code == 403
    assert client.post(USERS, {}).status_code == 403
    assert client.get(f"{USERS}/anybody").status_code == 403
    assert client.patch(f"{USERS}/anybody", {}).status_code == 403


def test_the_list_pages_and_filters(
    admin: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        make_user(first_name=f"Ann{number}", is_active=number != 1)
    with django_assert_num_queries(4):  # who asks, which, roughly and exactly how many
        page = admin.get(USERS, {"limit": 3}).json()
    assert page["pagination"]["total"] == 4
    assert [one["email"] for one in page["data"]] == sorted(one["email"] for one in page["data"])
    rest = admin.get(USERS, {"limit": 3, "cursor": page["pagination"]["cursor"]}).json()
    assert len(rest["data"]) == 1
    assert rest["pagination"]["hasMore"] is False

    def found(**query: str) -> int:
        return len(admin.get(USERS, query).json()["data"])

    assert (found(role="agent"), found(is_active="false"), found(q="ann2"), found(q="root")) == (3, 1, 1, 1)
    assert admin.get(USERS, {"role": "boss"}).status_code == 400
    assert admin.get(USERS, {"q": "a\x00"}).status_code == 400


def test_an_admin_opens_an_account(admin: APIClient) -> None:
    agency = make_agency()
    body = {
        "email": "Vera@Example.com",
        "password": "a-longer-secret-42",
        "role": "vendor",
        "vendor_code": agency.code,
        "first_name": "Vera",
        "max_capacity": 5,
    }
    answer = admin.post(USERS, body)
    assert answer.status_code == 201
    assert answer.json()["username"] == "vera@example.com"
    assert answer.json()["vendor_code"] == agency.code
    login = {"email": "vera@example.com", "password": "a-longer-secret-42"}
    assert APIClient().post("/api/auth/login", login).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "root@example.com", "role": "agent"}, "email"),
        ({"email": "new@example.com", "username": "ROOT", "role": "agent"}, "username"),
        ({"email": "new@example.com", "username": "root@example.com", "role": "agent"}, "username"),
        ({"email": "new@example.com", "role": "vendor"}, "vendor_code"),
        ({"email": "new@example.com", "role": "vendor", "vendor_code": "NOBODY"}, "vendor_code"),
        ({"email": "new@example.com", "role": "agent", "password": "password123"}, "password"),
        ({"email": "new@example.com", "role": "agent", "max_capacity": 10_001}, "max_capacity"),
        ({"email": "new@example.com", "role": "agent", "is_staff": True}, "is_staff"),
        ({"email": "new@example.com"}, "role"),
    ],
)
def test_a_wrong_account_is_refused_by_field(admin: APIClient, body: dict[str, object], field: str) -> None:
    answer = admin.post(USERS, body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]
    assert User.objects.count() == 1


def test_an_admin_reads_and_changes_an_account(admin: APIClient) -> None:
    user = make_user(email="ann@example.com")
    assert admin.get(f"{USERS}/ann@example.com").json()["id"] == user.pk
    answer = admin.patch(f"{USERS}/ann@example.com/", {"max_capacity": 7, "role": "manager"})
    assert answer.status_code == 200
    assert (answer.json()["max_capacity"], answer.json()["role"]) == (7, "manager")
    assert admin.get(f"{USERS}/nobody").status_code == 404


def test_a_user_name_that_was_the_address_follows_it(admin: APIClient) -> None:
    make_user(email="ann@example.com")
    answer = admin.patch(f"{USERS}/ann@example.com", {"email": "Anna@example.com"})
    assert answer.json()["username"] == "anna@example.com"
    assert admin.patch(f"{USERS}/root", {"email": "boss@example.com"}).json()["username"] == "root"


def test_a_vendor_moves_only_to_an_agency_that_exists(admin: APIClient) -> None:
    make_user(email="ann@example.com")
    path = f"{USERS}/ann@example.com"
    answer = admin.patch(path, {"role": "vendor", "vendor_code": "NOBODY"})
    assert list(answer.json()["details"]) == ["vendor_code"]
    agency = make_agency()
    assert admin.patch(path, {"role": "vendor", "vendor_code": agency.code}).status_code == 200
    assert admin.patch(path, {"role": "agent"}).status_code == 400
    assert admin.patch(path, {"role": "agent", "vendor_code": None}).json()["vendor_code"] is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "manager"}])
def test_closing_or_another_role_ends_all_sign_ins(admin: APIClient, change: dict[str, object]) -> None:
    user = make_user()
    client = signed_in(user)
    admin.patch(f"{USERS}/{user.username}", change)
    assert client.get(ME).status_code == 401
    assert not user.sessions.live().exists()


def test_other_changes_end_none(admin: APIClient) -> None:
    user = make_user()
    client = signed_in(user)
    admin.patch(f"{USERS}/{user.username}", {"first_name": "Ann", "max_capacity": 3})
    assert client.get(ME).json()["first_name"] == "Ann"


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "agent"}])
def test_the_last_admin_stays(admin: APIClient, change: dict[str, object]) -> None:
    make_user(role=Role.ADMIN, is_active=False)
    answer = admin.patch(f"{USERS}/root", change)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    make_user(role=Role.ADMIN)
    assert admin.patch(f"{USERS}/root", change).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_close_each_other_at_once_leave_one() -> None:
    admins = [make_user(role=Role.ADMIN) for _ in range(2)]
    together = Barrier(2)

    def close(user: User) -> bool:
        together.wait()
        try:
            update_user(user=user, actor=Actor.system("test"), fields={"is_active": False})
        except LastAdmin:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(close, admins)) == [False, True]
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


def test_createsuperuser_makes_an_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-longer-secret-42")
    call_command("createsuperuser", interactive=False, username="Root", email="Root@Example.com", verbosity=0)
    user = User.objects.get(username="root")
    assert (user.email, user.role, user.is_staff) == ("root@example.com", "admin", True)
