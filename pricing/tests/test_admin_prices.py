"""The price book in the admin: read, and changed by a new version."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.tests.factories import make_agency
from pricing.models import PriceBook
from pricing.selectors import current_book

pytestmark = pytest.mark.django_db

FORM = reverse("admin:pricing_pricebook_change_prices")


def sent(**changes: Any) -> dict[str, Any]:
    book = current_book()
    return {name: getattr(book, name) for name in ("default_price", "min_price", "max_price")} | changes


def test_the_versions_are_read_only(manager: Client) -> None:
    book = current_book()
    assert manager.get(reverse("admin:pricing_pricebook_changelist")).status_code == 200
    url = reverse("admin:pricing_pricebook_change", args=[book.pk])
    assert manager.get(url).status_code == 200
    assert manager.post(url, sent(default_price="1.00")).status_code == 403


def test_a_price_changed_is_a_new_version(manager: Client) -> None:
    before = PriceBook.objects.count()
    assert manager.post(FORM, sent(default_price="41.50")).status_code == 302
    assert current_book().default_price == Decimal("41.50")
    assert PriceBook.objects.count() == before + 1


def test_an_agency_gets_a_price_and_gives_it_back(manager: Client) -> None:
    agency = make_agency()
    manager.post(FORM, sent(agency=agency.pk, agency_price="44.00"))
    assert current_book().vendor_prices[agency.pk] == "44.00"
    assert (
        f"{agency.pk} $44.00" in manager.get(reverse("admin:pricing_pricebook_changelist")).content.decode()
    )
    manager.post(FORM, sent(agency=agency.pk))
    assert agency.pk not in current_book().vendor_prices


def test_the_range_is_set_by_admins(admin: Client) -> None:
    assert admin.post(FORM, sent(min_price="20.00", max_price="90.00")).status_code == 302
    assert (current_book().min_price, current_book().max_price) == (Decimal("20.00"), Decimal("90.00"))


def test_a_manager_reads_the_range_and_leaves_it(manager: Client) -> None:
    before = current_book()
    form = manager.get(FORM).context["form"]
    assert {name for name, field in form.fields.items() if field.disabled} == {"min_price", "max_price"}
    manager.post(FORM, sent(min_price="1.00", max_price="9.00", default_price="41.50"))
    after = current_book()
    assert (after.min_price, after.max_price) == (before.min_price, before.max_price)
    assert after.default_price == Decimal("41.50")


def test_a_range_upside_down_changes_nothing(admin: Client) -> None:
    before = current_book().version
    page = admin.post(FORM, sent(default_price="41.50", min_price="600"))
    assert "min_price" in page.context["form"].errors
    assert current_book().version == before
