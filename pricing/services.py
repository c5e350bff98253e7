"""Changing prices: every change is a new row, made from the newest one under a lock."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from agencies.models import Agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.events import publish
from pricing.events import PricesChanged
from pricing.exceptions import NoSmartPricing, NotForManagers, NoVendorPrice, PriceRangeTurned, UnknownAgency
from pricing.models import PriceBook
from pricing.selectors import current_book

BOOK_LOCK = 20_260_002  # one change at a time: each starts from the one before, so none is lost
CONTENT = ("default_price", "min_price", "max_price", "smart_enabled", "vendor_prices", "rules")


@transaction.atomic
def set_default_price(*, price: Decimal, actor: Actor) -> PriceBook:
    """What vendors without a price of their own are paid."""
    return _add_version(_locked_book(), {"default_price": price}, actor=actor, note=f"Default price {price}")


@transaction.atomic
def set_vendor_price(*, code: str, price: Decimal, actor: Actor) -> PriceBook:
    """Give one vendor a price of its own."""
    if not Agency.objects.filter(pk=code).exists():
        raise UnknownAgency(code)
    book = _locked_book()
    prices = {**book.vendor_prices, code: str(price)}
    return _add_version(book, {"vendor_prices": prices}, actor=actor, note=f"{code}: {price}")


@transaction.atomic
def remove_vendor_price(*, code: str, actor: Actor) -> PriceBook:
    """Pay a vendor the default price again. Works for an agency that is gone, too."""
    book = _locked_book()
    if code not in book.vendor_prices:
        raise NoVendorPrice(code) if Agency.objects.filter(pk=code).exists() else UnknownAgency(code)
    prices = {name: price for name, price in book.vendor_prices.items() if name != code}
    return _add_version(book, {"vendor_prices": prices}, actor=actor, note=f"{code}: default price again")


@transaction.atomic
def set_smart_pricing(
    *,
    enabled: bool,
    actor: Actor,
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
    rules: Mapping[str, Any] | None = None,
) -> PriceBook:
    """Set the range of all prices and the rules of smart pricing; what is not given stays. For admins."""
    if actor.role != Role.ADMIN:
        raise NotForManagers
    if enabled:
        raise NoSmartPricing
    book = _locked_book()
    lowest = book.min_price if min_price is None else min_price
    highest = book.max_price if max_price is None else max_price
    if lowest > highest:
        raise PriceRangeTurned(lowest, highest)
    changes = {
        "smart_enabled": enabled,
        "min_price": lowest,
        "max_price": highest,
        "rules": book.rules if rules is None else dict(rules),
    }
    return _add_version(book, changes, actor=actor, note=f"Range {lowest} to {highest}, smart pricing off")


def _locked_book() -> PriceBook:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BOOK_LOCK])
    return current_book()


def _add_version(book: PriceBook, changes: Mapping[str, Any], *, actor: Actor, note: str) -> PriceBook:
    """A new row, unless it would repeat the one in force."""
    content = {name: getattr(book, name) for name in CONTENT}
    if book.version and content == {**content, **changes}:
        return book
    made = PriceBook.objects.create(**{**content, **changes}, author=actor.label, note=note)
    publish(PricesChanged(version=made.version, actor=actor.label, note=note))
    return made
