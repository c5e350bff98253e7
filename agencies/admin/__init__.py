"""The admin's pages of agencies."""

from agencies.admin import agency

__all__ = ["agency"]
