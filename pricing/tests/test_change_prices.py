"""Concurrent changes both survive, and books are only added."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.models import Agency
from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role, Source
from crm.core.exceptions import NotAllowed
from pricing.models import PriceBook
from pricing.selectors import current_book
from pricing.services import remove_vendor_price, set_default_price, set_smart_pricing, set_vendor_price

SYSTEM = Actor.system("tests")


def at_once(*changes: Callable[[], object]) -> None:
    barrier = Barrier(len(changes))

    def run(change: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            change()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(changes)) as pool:
        list(pool.map(run, changes))


@pytest.mark.django_db(transaction=True)
def test_changes_made_at_once_all_survive() -> None:
    codes = [make_agency().code for _ in range(6)]

    at_once(
        *[
            lambda code=code: set_vendor_price(code=code, price=Decimal("40.00"), actor=SYSTEM)
            for code in codes
        ],
        lambda: set_default_price(price=Decimal("30.00"), actor=SYSTEM),
    )

    book = current_book()
    assert book.vendor_prices == dict.fromkeys(codes, "40.00")
    assert book.default_price == Decimal("30.00")
    assert PriceBook.objects.filter(author="tests").count() == 7


@pytest.mark.django_db(transaction=True)
def test_an_emptied_table_prices_by_the_defaults() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE pricing_pricebook")

    assert (current_book().default_price, current_book().version) == (Decimal("35.00"), 0)
    assert set_default_price(price=Decimal("35.00"), actor=SYSTEM).version > 0


@pytest.mark.django_db
def test_the_price_of_an_agency_that_is_gone_can_be_removed() -> None:
    agency = make_agency()
    set_vendor_price(code=agency.code, price=Decimal("40.00"), actor=SYSTEM)
    Agency.objects.all().delete()

    assert remove_vendor_price(code=agency.code, actor=SYSTEM).vendor_prices == {}


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VENDOR])
def test_only_admins_set_the_range(role: Role) -> None:
    before = PriceBook.objects.count()
    actor = Actor(label="somebody", role=role, source=Source.ADMIN)
    with pytest.raises(NotAllowed):
        set_smart_pricing(enabled=False, min_price=Decimal("1.00"), actor=actor)
    assert PriceBook.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda books: books.update(note="x"), lambda books: books.delete()])
def test_a_book_is_neither_changed_nor_deleted(change: Callable[[object], object]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(PriceBook.objects.all())
