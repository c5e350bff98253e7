"""Reads of agencies and keys."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from crm.core.actors import Actor
from crm.core.choices import Role

if TYPE_CHECKING:
    from agencies.models import Agency, ApiKey  # noqa: F401 - named in the bases below


class AgencyQuerySet(QuerySet["Agency"]):
    """Which agencies."""

    def visible_to(self, actor: Actor) -> "AgencyQuerySet":
        """Managers see all, a vendor its own, an agent none."""
        if actor.is_manager:
            return self
        if actor.role == Role.VENDOR:
            return self.filter(code=actor.vendor_code)
        return self.none()


class ApiKeyQuerySet(QuerySet["ApiKey"]):
    """Which keys."""

    def live(self) -> "ApiKeyQuerySet":
        """Keys that still open the door."""
        return self.filter(revoked_at__isnull=True)
