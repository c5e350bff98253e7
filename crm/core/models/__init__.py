"""The platform's tables."""

from crm.core.models.generation import Generation, GenerationStep
from crm.core.models.idempotency import IdempotencyRecord
from crm.core.models.invitation import Invitation, PasswordReset
from crm.core.models.outbox import OutboxEvent
from crm.core.models.session import Session
from crm.core.models.user import User

__all__ = [
    "Generation",
    "GenerationStep",
    "IdempotencyRecord",
    "Invitation",
    "OutboxEvent",
    "PasswordReset",
    "Session",
    "User",
]
