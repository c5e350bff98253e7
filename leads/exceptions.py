"""The rules of leads that can be broken."""

from collections.abc import Iterable
from typing import Any

from crm.core.exceptions import DomainError, InvalidInput, NotAllowed, NotFound, StaleRecord
from leads.choices import Disposition

__all__ = [
    "AgencyPaused",
    "AgentLeft",
    "AgentUnavailable",
    "CapacityExceeded",
    "DuplicateLead",
    "InvalidInput",
    "InvalidTransition",
    "LeadMoved",
    "LeadNotAssigned",
    "LeadNotFound",
    "LeadsContended",
    "NoAgentFree",
    "NotAllowed",
    "TooFewPlaces",
]


class DuplicateLead(DomainError):
    """The e-mail address or phone number came in within the duplicate window."""

    code = "duplicate_lead"

    def __init__(self, *, window_days: int, fields: Iterable[str], **details: Any) -> None:
        matched = sorted(fields)
        super().__init__(
            f"This person was sent before: the same {' and '.join(matched) or 'contact'} within {window_days} days.",
            matched=matched,
            **details,
        )


class AgencyPaused(NotAllowed):
    """The agency's intake is stopped."""


class CapacityExceeded(DomainError):
    """The agent holds as many open leads as they may."""

    code = "capacity_exceeded"

    def __init__(self, agent: str) -> None:
        super().__init__(
            f"{agent} has no room for another open lead; choose another agent or raise the capacity.",
            agent=agent,
        )


class TooFewPlaces(DomainError):
    """The agent named has not room for all the leads at once."""

    code = CapacityExceeded.code

    def __init__(self, agent: str, *, needed: int, available: int) -> None:
        missing = needed - available
        super().__init__(
            f"{agent} has room for {available} of the {needed} open leads, {missing} places are missing; "
            "raise the capacity, name another agent, or leave the agent out: the leads then go back to the pool.",
            agent=agent,
            needed=needed,
            available=available,
            missing=missing,
        )


class LeadNotOpen(DomainError):
    """A strategy shares out leads that are still worked."""

    code = "not_open"

    def __init__(self, disposition: str) -> None:
        super().__init__(
            f"The lead is {disposition}: only open leads are shared out. Name its agent yourself (manual), or reopen it."
        )


class NoAgentFree(DomainError):
    """None of the agents that a strategy may choose from has room."""

    code = "capacity_exceeded"

    def __init__(self) -> None:
        super().__init__(
            "No agent that may be chosen has room for another open lead; raise a capacity or name other agents."
        )


class AgentUnavailable(InvalidInput):
    """The agent named does not exist, is not an agent, or is deactivated."""

    def __init__(self, field: str, email: str) -> None:
        message = f"{email} is not an active agent; GET /api/agents lists them."
        super().__init__(message, **{field: [message]})


class AgentLeft(DomainError):
    """The agent of a lead that is to be worked again works no more."""

    code = "agent_unavailable"

    def __init__(self, agent: str) -> None:
        super().__init__(
            f"{agent}, who has this lead, is no active agent any more; reassign it first, or put it into the pool.",
            agent=agent,
        )


class InvalidTransition(DomainError):
    """The disposition table does not allow this move."""

    code = "invalid_transition"

    def __init__(self, old: Disposition, new: Disposition, allowed: Iterable[Disposition]) -> None:
        names = sorted(move.value for move in allowed)
        choices = ", ".join(names) if names else "none: this end is final"
        super().__init__(
            f"A lead cannot go from {old.value} to {new.value}. Allowed: {choices}.", allowed=names
        )


class LeadNotFound(NotFound):
    """There is no such lead for this caller."""

    def __init__(self) -> None:
        super().__init__("There is no such lead, or you may not see it.")


class LeadNotAssigned(InvalidInput):
    """A lead in the pool has nobody to take it from."""

    def __init__(self) -> None:
        message = "The lead has no agent yet: use assign."
        super().__init__(message, lead_id=[message])


class LeadMoved(StaleRecord):
    """The lead changed since it was read."""

    def __init__(self) -> None:
        super().__init__("The lead was changed since you read it; read it again and repeat your change.")


class LeadStrayed(DomainError):
    """A lead that filters chose fits them no longer."""

    code = "no_longer_matches"

    def __init__(self) -> None:
        super().__init__(
            "The lead was changed or deleted since it was chosen and fits no longer; it was left alone."
        )


class LeadsContended(DomainError):
    """Others wrote what a bulk operation was about to write, each time it tried."""

    def __init__(self) -> None:
        super().__init__(
            "Others changed the same leads or agents at this very moment; nothing was done. Send it again."
        )


class SavedFilterNotFound(NotFound):
    """There is no such filter for this caller."""

    def __init__(self) -> None:
        super().__init__("There is no such saved filter, or you may not see it.")


class SavedFilterExists(DomainError):
    """Its owner has another filter of this name."""

    def __init__(self, name: str) -> None:
        message = f"There is a filter named {name!r} already; choose another name, or change that one."
        super().__init__(message, name=[message])


class SavedFilterUnfit(InvalidInput):
    """A filter names what is not there any more: it chooses nothing rather than something else."""

    def __init__(self, name: str, parameter: str, problems: list[str]) -> None:
        message = f"The saved filter {name!r} no longer fits; change it first. {problems[0]}"
        super().__init__(message, **{parameter: [message, *problems[1:]]})


class SearchTooSlow(DomainError):
    """A search ran into the statement timeout."""

    code = "unavailable"
    status = 503
    retry_after = 5  # seconds

    def __init__(self) -> None:
        super().__init__(
            "This search took too long and was stopped. Narrow it by a condition joined with AND that an index "
            "answers: a period of created_at, disposition, vendor_code, assigned_agent, a tag, or three letters "
            "or more of a name, e-mail or phone."
        )
