"""The platform's tables."""

from crm.core.models.idempotency import IdempotencyRecord
from crm.core.models.outbox import OutboxEvent
from crm.core.models.user import User

__all__ = ["IdempotencyRecord", "OutboxEvent", "User"]
