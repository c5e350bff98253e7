"""Imports over HTTP."""

from leads.api.imports.views import ImportViewSet

__all__ = ["ImportViewSet"]
