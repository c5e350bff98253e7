"""Bulk operations over HTTP."""

from leads.api.operations.views import OperationViewSet

__all__ = ["OperationViewSet"]
