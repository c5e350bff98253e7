"""What happens to what analytics keeps of its own."""

from dataclasses import dataclass
from typing import ClassVar

from crm.core.events import Event


@dataclass(frozen=True, slots=True)
class ReportScheduleChanged(Event):
    """A schedule of reports was created, updated or deleted, or asked to send now."""

    topic: ClassVar[str] = "report_schedule.changed"

    schedule_id: int
    action: str
    actor: str
    fields: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"report_schedule:{self.schedule_id}"
