"""The closed lists of the platform."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person may do; the whole permission system, see `crm.core.permissions`."""

    ADMIN = "admin", "Admin"
    MANAGER = "manager", "Manager"
    AGENT = "agent", "Agent"
    VENDOR = "vendor", "Vendor"


class Availability(TextChoices):
    """Whether an agent takes new leads now: only `active` does."""

    ACTIVE = "active", "Active"
    BUSY = "busy", "Busy"
    AWAY = "away", "Away"
    OFFLINE = "offline", "Offline"


class Source(TextChoices):
    """The path a change came by."""

    API = "api", "API"
    ADMIN = "admin", "Admin"
    BULK = "bulk", "Bulk operation"
    IMPORT = "import", "Import"
    COMMAND = "command", "Command"
    SYSTEM = "system", "System"
    DATABASE = "database", "Database (no signature)"
