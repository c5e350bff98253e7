"""The broken rules of agencies."""

from crm.core.exceptions import DomainError, InvalidInput, NotFound


class AgencyNotFound(NotFound):
    """No agency has this code, or the caller may not know of it."""

    def __init__(self, code: str) -> None:
        super().__init__(f"There is no agency with the code {code[:40]!r}, or you may not see it.")


class AgencyExists(DomainError):
    """Another agency has the code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The code {code} is taken by another agency.", code=[f"{code} is taken."])


class AgencyInUse(DomainError):
    """Something belongs to the agency, so it stays."""

    def __init__(self, code: str, held_by: str) -> None:
        super().__init__(
            f"{code} still has {held_by}, so it cannot be deleted. Pause or close it instead.",
            held_by=[held_by],
        )


class TwoPrimaryContacts(InvalidInput):
    """More than one contact is the one to call first."""

    def __init__(self) -> None:
        super().__init__(
            "Only one contact can be the primary one.", contacts=["Only one contact can be the primary one."]
        )


class ApiKeyNotFound(NotFound):
    """The agency has no such key."""

    def __init__(self) -> None:
        super().__init__("This agency has no such API key.")
