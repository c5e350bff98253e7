"""What a lead costs, and why. Knows facts, not leads."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pricing.models import PriceBook
from pricing.selectors import current_book

FACTORS = ("demand", "quality", "vendorPerformance", "timeOfDay", "competition", "recoverability")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PricingFacts:
    """What is known of a lead when it is priced."""

    vendor_code: str = ""
    campaign_source: str = ""
    state: str = ""
    quality_score: int | None = None
    days_to_deadline: int | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A price and how it came about; `version` is the price book's."""

    price: Decimal
    base_price: Decimal
    clamped: bool
    version: int
    factors: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FACTORS, 1.0))
    explanation: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The quote as the API answers it and as decisions keep it."""
        return {
            "price": str(self.price),
            "basePrice": str(self.base_price),
            "factors": self.factors,
            "clamped": self.clamped,
            "version": self.version,
            "explanation": self.explanation,
        }


def quote(facts: PricingFacts, book: PriceBook | None = None) -> Quote:
    """The price of a lead by `book`; without one the newest is read. With a book this reads nothing."""
    book = book or current_book()
    base, explanation = _base_price(facts, book)
    price = min(max(base, book.min_price), book.max_price).quantize(CENT, ROUND_HALF_UP)
    if price != base:
        explanation.append(f"Kept within {book.min_price} and {book.max_price}: {price}.")
    return Quote(
        price=price, base_price=base, clamped=price != base, version=book.version, explanation=explanation
    )


def _base_price(facts: PricingFacts, book: PriceBook) -> tuple[Decimal, list[str]]:
    own = book.vendor_prices.get(facts.vendor_code)
    if own is not None:
        base = Decimal(own).quantize(CENT)
        return base, [f"{facts.vendor_code} has a price of its own: {base}."]
    who = f"{facts.vendor_code} has no price of its own" if facts.vendor_code else "No vendor given"
    return book.default_price, [f"{who}, so the default price holds: {book.default_price}."]
