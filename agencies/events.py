"""What happens to agencies."""

from dataclasses import dataclass
from typing import ClassVar

from crm.core.events import Event


@dataclass(frozen=True, slots=True)
class AgencyChanged(Event):
    """An agency was created, updated or deleted, or one of its keys was issued or revoked."""

    topic: ClassVar[str] = "agency.changed"

    code: str
    action: str
    actor: str
    fields: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.code
