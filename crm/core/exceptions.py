"""The base of every broken rule. Services raise these; `crm.core.api.errors` turns them into HTTP."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A rule of the business said no.

    `code` is stable and read by programs, the message by people: it says what to do next.
    `details` maps a field to a list of sentences, or carries the facts a caller may use.
    """

    code = "conflict"
    status = 409
    retry_after: int | None = None  # seconds

    def __init__(self, message: str, **details: Any) -> None:
        """`details` reach the caller as they are: nothing secret, nothing of another tenant."""
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, Any] = details


class InvalidInput(DomainError):
    """A value breaks a rule; `details` names the field."""

    code = "validation_error"
    status = 400


class Unauthenticated(DomainError):
    """The credentials are missing, wrong or expired."""

    code = "authentication_required"
    status = 401


class NotAllowed(DomainError):
    """The caller is known, and may not do this."""

    code = "permission_denied"
    status = 403


class NotFound(DomainError):
    """There is no such record, or the caller may not know of it."""

    code = "not_found"
    status = 404


class StaleRecord(DomainError):
    """The record moved since the caller read it (If-Match)."""

    code = "conflict"
    status = 412


class RateLimited(DomainError):
    """Too often; says when to come again."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, retry_after: int, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after
