"""GET /pricing and its changes."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency, make_key
from crm.core.choices import Role
from crm.core.models import OutboxEvent
from crm.core.tests.factories import make_user, signed_in
from pricing.models import PriceBook
from pricing.quoting import FACTORS

pytestmark = pytest.mark.django_db


def client_of(role: Role, **fields: Any) -> APIClient:
    return signed_in(make_user(role=role, **fields))


def test_a_manager_reads_the_prices(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    manager = client_of(Role.MANAGER)

    with django_assert_num_queries(2):  # the session, the book
        answer = manager.get("/api/pricing")

    assert answer.json() == {
        "default": "35.00",
        "min": "5.00",
        "max": "500.00",
        "smartPricingEnabled": False,
        "vendorPrices": {},
        "rules": {},
        "version": PriceBook.objects.get().version,
    }


@pytest.mark.parametrize(
    ("price", "kept"), [("42.5", "42.50"), (60, "60.00"), (12.34, "12.34"), ("0", "0.00")]
)
def test_a_manager_sets_the_default_price(price: object, kept: str) -> None:
    manager = client_of(Role.MANAGER, email="boss@example.com")

    answer = manager.put("/api/pricing/default", {"price": price})

    assert answer.status_code == 200
    assert answer.json()["default"] == kept
    book = PriceBook.objects.latest()
    assert (book.author, book.version) == ("boss@example.com", answer.json()["version"])
    assert PriceBook.objects.count() == 2
    assert OutboxEvent.objects.get().payload["version"] == book.version


@pytest.mark.parametrize("price", ["-1", "1.234", "NaN", "1e400", "123456789.00", None, [], "", True])
def test_a_price_that_is_none_is_refused(price: object) -> None:
    answer = client_of(Role.MANAGER).put("/api/pricing/default", {"price": price})

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["price"]


def test_a_vendor_gets_and_loses_its_own_price() -> None:
    make_agency(code="ACME")
    manager = client_of(Role.MANAGER)

    assert manager.put("/api/pricing/vendor/acme", {"price": "40"}).json()["vendorPrices"] == {
        "ACME": "40.00"
    }
    assert manager.delete("/api/pricing/vendor/ACME").json()["vendorPrices"] == {}
    assert manager.delete("/api/pricing/vendor/ACME").status_code == 404
    assert PriceBook.objects.count() == 3


def test_an_unknown_vendor_has_no_price() -> None:
    manager = client_of(Role.MANAGER)

    assert manager.put("/api/pricing/vendor/NOBODY", {"price": "40"}).status_code == 404
    assert manager.delete("/api/pricing/vendor/NOBODY").status_code == 404


def test_a_price_set_again_is_no_new_version() -> None:
    manager = client_of(Role.MANAGER)
    first = manager.put("/api/pricing/default", {"price": "50.00"}).json()

    assert manager.put("/api/pricing/default", {"price": "50"}).json() == first


def test_an_admin_sets_range_and_rules() -> None:
    rules = {"quality": {"9": 1.2}}
    answer = client_of(Role.ADMIN).put(
        "/api/pricing/smart", {"enabled": False, "minPrice": "10", "maxPrice": "90", "rules": rules}
    )

    assert answer.status_code == 200
    book = answer.json()
    assert (book["min"], book["max"], book["rules"]) == ("10.00", "90.00", rules)


def test_smart_pricing_without_an_engine_is_refused() -> None:
    answer = client_of(Role.ADMIN).put("/api/pricing/smart", {"enabled": True})

    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert "engine is missing" in answer.json()["details"]["enabled"][0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "enabled"),
        ({"enabled": False, "minPrice": "600"}, "minPrice"),
        ({"enabled": False, "rules": []}, "rules"),
        ({"enabled": False, "rules": {"a": "\x00"}}, "rules"),
        ({"enabled": False, "rules": {"a": "x" * 20_000}}, "rules"),
        ({"enabled": False, "rules": {"a": [[[[[[[[[1]]]]]]]]]}}, "rules"),
        ({"enabled": False, "rules": {"a": 10**400}}, "rules"),
        ({"enabled": False, "min_price": 5}, "min_price"),
    ],
)
def test_what_is_wrong_with_smart_pricing_is_named(body: dict[str, Any], field: str) -> None:
    answer = client_of(Role.ADMIN).put("/api/pricing/smart", body)

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_a_number_without_end_is_refused() -> None:
    answer = client_of(Role.ADMIN).put(
        "/api/pricing/smart", b'{"enabled": false, "rules": {"a": 1e999}}', content_type="application/json"
    )

    assert answer.status_code == 400


def test_a_manager_does_not_touch_the_switch_and_others_see_no_prices() -> None:
    agency = make_agency()

    assert client_of(Role.MANAGER).put("/api/pricing/smart", {"enabled": False}).status_code == 403
    assert client_of(Role.AGENT).get("/api/pricing").status_code == 403
    assert client_of(Role.VENDOR, vendor_code=agency.code).get("/api/pricing").status_code == 403
    assert APIClient().get("/api/pricing").status_code == 401


def test_a_key_asks_for_the_price_of_its_own_lead() -> None:
    agency = make_agency()
    _, secret = make_key(agency)
    client = APIClient(headers={"X-API-Key": secret})

    answer = client.post("/api/pricing/quote", {"state": "CA", "quality_score": 8})

    assert answer.status_code == 200
    quoted = answer.json()
    assert quoted["price"] == quoted["basePrice"] == "35.00"
    assert quoted["factors"] == dict.fromkeys(FACTORS, 1.0)
    assert quoted["clamped"] is False
    assert agency.code in quoted["explanation"][0]


def test_a_vendor_learns_nothing_of_others_prices() -> None:
    own, other = make_agency(), make_agency()
    vendor = client_of(Role.VENDOR, vendor_code=own.code)

    assert vendor.post("/api/pricing/quote", {"vendor_code": own.code}).status_code == 200
    assert vendor.post("/api/pricing/quote", {"vendor_code": other.code}).status_code == 404


def test_a_manager_asks_for_any_vendor_that_exists() -> None:
    manager = client_of(Role.MANAGER)

    assert manager.post("/api/pricing/quote", {"vendor_code": make_agency().code.lower()}).status_code == 200
    assert manager.post("/api/pricing/quote", {"vendor_code": "NOBODY"}).status_code == 404
    assert manager.post("/api/pricing/quote", {"score": 3}).status_code == 400
    assert client_of(Role.AGENT).post("/api/pricing/quote", {}).status_code == 403
