"""The history of a lead over HTTP."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.api.permissions import IsSignedIn
from crm.core.api.requests import actor_of
from leads.api.serializers import HistoryEntrySerializer
from leads.exceptions import LeadNotFound
from leads.models import Lead, LeadChange
from leads.selectors import history_documents


class HistoryViewSet(GenericViewSet[LeadChange]):
    """Every change of a lead, by any path."""

    serializer_class = HistoryEntrySerializer
    permission_classes = [IsSignedIn]
    queryset = LeadChange.objects.all()
    ordering = "-id"
    ordering_fields = ("id",)

    @extend_schema(summary="Every change, newest first")
    def list(self, request: Request, lead_id: UUID) -> Response:
        actor = actor_of(request)
        if not Lead.objects.visible_to(actor).filter(pk=lead_id).exists():
            raise LeadNotFound
        changes = LeadChange.objects.filter(lead_id=lead_id).visible_to(actor)
        rows: list[Any] = list(self.paginate_queryset(self.filter_queryset(changes)) or [])
        return self.get_paginated_response(history_documents(rows, actor))
