"""What happens to leads, as news for others."""

from dataclasses import dataclass
from typing import ClassVar

from crm.core.events import Event


@dataclass(frozen=True, slots=True)
class LeadEvent(Event):
    """Something happened to one lead."""

    lead_id: str

    @property
    def key(self) -> str:
        return self.lead_id


@dataclass(frozen=True, slots=True)
class LeadReceived(LeadEvent):
    """A lead came in, by `source`."""

    topic: ClassVar[str] = "lead.received"
    agency: str
    source: str


@dataclass(frozen=True, slots=True)
class LeadAssigned(LeadEvent):
    """A lead was given to an agent (a user's id), taken from another one or from the pool."""

    topic: ClassVar[str] = "lead.assigned"
    agent_id: int | None
    previous_agent_id: int | None
    actor: str


@dataclass(frozen=True, slots=True)
class LeadUpdated(LeadEvent):
    """Fields of a lead changed; their values are in its history."""

    topic: ClassVar[str] = "lead.updated"
    fields: tuple[str, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class LeadDeleted(LeadEvent):
    """A lead was deleted; its history stays."""

    topic: ClassVar[str] = "lead.deleted"
    actor: str


@dataclass(frozen=True, slots=True)
class CommentAdded(LeadEvent):
    """Someone remarked on a lead, mentioning people by e-mail address."""

    topic: ClassVar[str] = "lead.commented"
    comment_id: int
    mentions: tuple[str, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class LeadsBulkChanged(Event):
    """One bulk operation changed `count` leads; which, and how, is in the history under its id.

    `fields` are the columns it was about. There is no event per lead: who tells agents tells them in a digest.
    """

    topic: ClassVar[str] = "leads.bulk_changed"
    operation_id: str
    kind: str
    fields: tuple[str, ...]
    count: int

    @property
    def key(self) -> str:
        return self.operation_id
