"""What happens to prices."""

from dataclasses import dataclass
from typing import ClassVar

from crm.core.events import Event


@dataclass(frozen=True, slots=True)
class PricesChanged(Event):
    """A new version of the price book is in force."""

    topic: ClassVar[str] = "pricing.changed"

    version: int
    actor: str
    note: str

    @property
    def key(self) -> str:
        return "pricing"
