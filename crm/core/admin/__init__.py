"""The admin's pages of the platform: people, invitations, operations."""

from crm.core.admin import invitations, operations, people

__all__ = ["invitations", "operations", "people"]
