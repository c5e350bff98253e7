"""Remarks over HTTP."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsAgentOrManager
from crm.core.api.requests import actor_of, valid
from leads.api.serializers import CommentInputSerializer, CommentSerializer
from leads.exceptions import LeadNotFound
from leads.models import Comment, Lead
from leads.services.comments import add_comment


class CommentViewSet(GenericViewSet[Comment]):
    """What the people who work a lead say about it."""

    serializer_class = CommentSerializer
    permission_classes = [IsAgentOrManager]
    queryset = Comment.objects.select_related("author")
    ordering = "-created_at"
    ordering_fields = ("created_at",)

    @extend_schema(summary="Remarks, newest first")
    def list(self, request: Request, lead_id: UUID) -> Response:
        if not Lead.objects.visible_to(actor_of(request)).filter(pk=lead_id).exists():
            raise LeadNotFound
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset().filter(lead=lead_id)))
        return self.get_paginated_response(CommentSerializer(rows, many=True).data)

    @extend_schema(
        summary="Remark on a lead", request=CommentInputSerializer, responses={201: CommentSerializer}
    )
    @idempotent
    def create(self, request: Request, lead_id: UUID) -> Response:
        made = add_comment(lead_id, actor=actor_of(request), **valid(CommentInputSerializer, request))
        return Response(CommentSerializer(made).data, status=201)
