"""The closed lists of agencies."""

from django.db.models import TextChoices


class AgencyStatus(TextChoices):
    """Whether an agency may send leads: only `active` may."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"
