"""Saved filters over HTTP."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.actors import Actor
from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsSignedIn
from crm.core.api.requests import actor_of, valid
from leads.api.searching import serializers as shapes
from leads.exceptions import SavedFilterNotFound
from leads.models import SavedFilter
from leads.querysets import SavedFilterQuerySet
from leads.services.saved_filters import (
    change_filter,
    delete_filter,
    problems_of,
    recent_filters,
    save_filter,
)

PUBLIC_OFFERED = 200


class SavedFilterViewSet(GenericViewSet[SavedFilter]):
    """One's own filters, and the public ones of the staff."""

    queryset = SavedFilter.objects.none()
    serializer_class = shapes.SavedFilterSerializer
    permission_classes = [IsSignedIn]
    ordering = "name"
    ordering_fields = ("name", "created_at", "updated_at")

    def get_queryset(self) -> SavedFilterQuerySet:
        return SavedFilter.objects.visible_to(actor_of(self.request)).select_related("owner")

    @extend_schema(summary="Saved filters, own and public")
    def list(self, request: Request) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(filter_documents(list(rows or []), actor_of(request)))

    @extend_schema(
        summary="Keep a filter",
        request=shapes.SavedFilterInputSerializer,
        responses={201: shapes.SavedFilterSerializer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        actor, given = actor_of(request), valid(shapes.SavedFilterInputSerializer, request)
        saved = save_filter(actor=actor, **given)
        return Response(
            filter_document(saved, actor), status=201, headers={"Location": f"/api/filters/{saved.pk}"}
        )

    @extend_schema(summary="One saved filter")
    def retrieve(self, request: Request, pk: str) -> Response:
        saved = self.get_queryset().filter(pk=pk).first()
        if saved is None:
            raise SavedFilterNotFound
        return Response(filter_document(saved, actor_of(request)))

    @extend_schema(summary="Replace a filter", request=shapes.SavedFilterInputSerializer)
    def update(self, request: Request, pk: str) -> Response:
        actor, given = actor_of(request), valid(shapes.SavedFilterInputSerializer, request)
        return Response(filter_document(change_filter(UUID(pk), actor=actor, **given), actor))

    @extend_schema(summary="Forget a filter", responses={200: shapes.DeletedFilterSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        delete_filter(UUID(pk), actor=actor_of(request))
        return Response({"success": True, "id": pk})

    @extend_schema(summary="The filters to offer", responses={200: shapes.PresetsSerializer})
    def presets(self, request: Request) -> Response:
        actor = actor_of(request)
        seen = self.get_queryset()
        groups = {
            "userFilters": seen.filter(owner=actor.user_id),
            "publicFilters": seen.filter(is_public=True).exclude(owner=actor.user_id)[:PUBLIC_OFFERED],
            "recentFilters": recent_filters(actor).select_related("owner"),
        }
        found = {name: list(group) for name, group in groups.items()}
        every = {saved.pk: saved for group in found.values() for saved in group}
        shown = dict(zip(every, filter_documents(list(every.values()), actor), strict=True))
        return Response({name: [shown[saved.pk] for saved in group] for name, group in found.items()})


def filter_document(saved: SavedFilter, actor: Actor) -> dict[str, Any]:
    """One saved filter in the contract's shape."""
    return filter_documents([saved], actor)[0]


def filter_documents(saved: Sequence[SavedFilter], actor: Actor) -> list[dict[str, Any]]:
    """Saved filters in the contract's shape, each with what no longer fits."""
    return [
        {
            "id": one.pk,
            "name": one.name,
            "description": one.description,
            "filters": one.filters,
            "isPublic": one.is_public,
            "owner": one.owner.email,
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "problems": problems,
        }
        for one, problems in zip(saved, problems_of(saved, actor), strict=True)
    ]
