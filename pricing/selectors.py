"""Reads of prices."""

from pricing.models import PriceBook


def current_book() -> PriceBook:
    """The newest book, in one query. An emptied table prices by the model's defaults, as version 0."""
    return PriceBook.objects.order_by("-version").first() or PriceBook(version=0, author="defaults")
