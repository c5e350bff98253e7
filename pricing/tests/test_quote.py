"""What a lead costs."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from pricing.models import PriceBook
from pricing.quoting import FACTORS, PricingFacts, quote

BOOK = PriceBook(version=7, vendor_prices={"ACME": "40.00", "CHEAP": "1.00", "DEAR": "9000"})
FACTS = PricingFacts(vendor_code="OTHER", state="CA", quality_score=9, days_to_deadline=400)
PRICES = st.decimals(min_value=0, max_value=99_999, places=2)


def test_a_vendor_without_a_price_pays_the_default() -> None:
    made = quote(FACTS, BOOK)

    assert made.price == made.base_price == Decimal("35.00")
    assert made.version == 7
    assert not made.clamped
    assert made.factors == dict.fromkeys(FACTORS, 1.0)
    assert made.explanation == ["OTHER has no price of its own, so the default price holds: 35.00."]


def test_a_vendor_with_a_price_pays_that() -> None:
    assert quote(replace(FACTS, vendor_code="ACME"), BOOK).price == Decimal("40.00")


@pytest.mark.parametrize(("code", "price"), [("CHEAP", "5.00"), ("DEAR", "500.00")])
def test_a_price_out_of_range_is_brought_back_and_says_so(code: str, price: str) -> None:
    made = quote(replace(FACTS, vendor_code=code), BOOK)

    assert made.price == Decimal(price)
    assert made.clamped
    assert made.base_price == Decimal(BOOK.vendor_prices[code])
    assert price in made.explanation[-1]


def test_without_a_vendor_the_default_holds() -> None:
    assert quote(PricingFacts(), BOOK).explanation == ["No vendor given, so the default price holds: 35.00."]


@given(own=PRICES, bounds=st.tuples(PRICES, PRICES))
def test_every_price_lies_in_the_range(own: Decimal, bounds: tuple[Decimal, Decimal]) -> None:
    lowest, highest = sorted(bounds)
    book = PriceBook(version=1, min_price=lowest, max_price=highest, vendor_prices={"ACME": str(own)})

    made = quote(PricingFacts(vendor_code="ACME"), book)

    assert lowest <= made.price <= highest
    assert made.clamped == (made.price != own)
    assert made.document()["price"] == str(made.price)


@pytest.mark.django_db
def test_the_newest_book_is_read_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    PriceBook.objects.create(default_price=Decimal("20.00"), author="tests")
    newest = PriceBook.objects.create(default_price=Decimal("30.00"), author="tests")

    with django_assert_num_queries(1):
        made = quote(FACTS)

    assert (made.price, made.version) == (Decimal("30.00"), newest.version)


@pytest.mark.django_db
def test_a_new_installation_has_a_first_book() -> None:
    assert quote(FACTS).version == PriceBook.objects.get().version
