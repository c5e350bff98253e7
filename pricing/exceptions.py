"""The broken rules of pricing."""

from decimal import Decimal

from crm.core.exceptions import DomainError, InvalidInput, NotAllowed, NotFound


class UnknownAgency(NotFound):
    """A price was asked for, or set for, an agency that does not exist."""

    def __init__(self, code: str) -> None:
        super().__init__(f"There is no agency with the code {code[:40]!r}.")


class NoVendorPrice(NotFound):
    """The agency has the default price already."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code} has no price of its own; the default price holds.")


class PriceRangeTurned(InvalidInput):
    """The lowest price is above the highest."""

    def __init__(self, lowest: Decimal, highest: Decimal) -> None:
        super().__init__(
            f"The lowest price, {lowest}, is above the highest, {highest}.",
            minPrice=[f"Must not be above the highest price, {highest}."],
        )


class NotForManagers(NotAllowed):
    """Range and rules of all prices were set by somebody who sets single prices."""

    def __init__(self) -> None:
        super().__init__("Only an admin sets the range of prices and the rules of smart pricing.")


class NoSmartPricing(DomainError):
    """Smart pricing was switched on where there is nothing to compute it."""

    def __init__(self) -> None:
        super().__init__(
            "Smart pricing cannot be switched on: this version has no engine to compute the factors, so all "
            "of them are 1.0. Send enabled=false; range and rules are kept for when there is one.",
            enabled=["Must be false: the factors' engine is missing."],
        )
