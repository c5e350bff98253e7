"""Why an operation, or a lead of it, is not undone."""

from uuid import UUID

from crm.core.exceptions import DomainError, NotFound
from leads.exceptions import CapacityExceeded


class OperationNotFound(NotFound):
    """There is no such operation for this caller."""

    def __init__(self) -> None:
        super().__init__("There is no such bulk operation, or you may not see it.")


class OperationRunning(DomainError):
    """It has not ended yet."""

    def __init__(self) -> None:
        super().__init__(
            "The operation is still running; GET /api/bulk-operations/{id} tells when it has ended."
        )


class AlreadyUndone(DomainError):
    """It was undone before."""

    def __init__(self, by: UUID) -> None:
        super().__init__(
            f"Operation {by} has undone this one; undo that one to bring it back.", undone_by=str(by)
        )


class NothingToUndo(DomainError):
    """It changed no lead."""

    def __init__(self) -> None:
        super().__init__("The operation changed no lead, so there is nothing to undo.")


class FormerAgentGone(CapacityExceeded):
    """The agent who held the lead takes none any more."""

    def __init__(self, agent: str) -> None:
        DomainError.__init__(
            self, f"{agent} is no active agent any more; assign the lead to somebody else.", agent=agent
        )


class AgencyGone(DomainError):
    """A lead cannot come back to an agency that was deleted."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Its agency {code} was deleted; make it again, then undo again.")


class Unreachable(DomainError):
    """Neither a phone number nor an e-mail address would be left."""

    def __init__(self) -> None:
        super().__init__("The lead would be left without phone and e-mail; change the one that stands now.")


class MergedLeadGone(DomainError):
    """The lead that it was merged into was deleted."""

    def __init__(self) -> None:
        super().__init__("The lead that it was merged into was deleted, so it stays on its own.")
