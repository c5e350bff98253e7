"""Agencies and their keys."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from agencies import services
from agencies.api.filters import AgencyFilter
from agencies.api.serializers import (
    AgencyChanges,
    AgencyInput,
    AgencySerializer,
    ApiKeyInput,
    ApiKeySerializer,
    DeletedAgencySerializer,
    IssuedKeySerializer,
)
from agencies.exceptions import AgencyNotFound
from agencies.models import Agency, ApiKey
from agencies.querysets import AgencyQuerySet, ApiKeyQuerySet
from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsManager, roles
from crm.core.api.requests import actor_of, valid
from crm.core.choices import Role

CODE_IN_URL = "[A-Za-z0-9_-]{1,40}"
IsManagerOrVendor = roles(Role.ADMIN, Role.MANAGER, Role.VENDOR)


class AgencyViewSet(GenericViewSet[Agency]):
    """The lead vendors: what is done to them. Reads are added, and the routes made, by `analytics.api.agencies`,
    which knows how they do. A vendor sees its own agency only.
    """

    queryset = Agency.objects.all()
    serializer_class = AgencySerializer
    filterset_class = AgencyFilter
    lookup_field = "code"
    lookup_value_regex = CODE_IN_URL
    ordering = "code"
    ordering_fields = ("code",)

    def get_permissions(self) -> list[BasePermission]:
        return [IsManagerOrVendor() if self.request.method in SAFE_METHODS else IsManager()]

    def get_queryset(self) -> AgencyQuerySet:
        return Agency.objects.visible_to(actor_of(self.request)).prefetch_related("contacts")

    def get_serializer_context(self) -> dict[str, Any]:
        shows_notes = getattr(self.request.user, "role", None) != Role.VENDOR
        return {**super().get_serializer_context(), "shows_notes": shows_notes}

    @extend_schema(summary="Take an agency on", request=AgencyInput, responses={201: AgencySerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        agency = services.create_agency(actor=actor_of(request), **valid(AgencyInput, request))
        return Response(self._shown(agency.code), status=201)

    @extend_schema(summary="Change an agency", request=AgencyChanges, responses=AgencySerializer)
    def partial_update(self, request: Request, code: str) -> Response:
        changes = valid(AgencyChanges, request, partial=True)
        contacts = changes.pop("contacts", None)
        services.update_agency(code=code.upper(), changes=changes, contacts=contacts, actor=actor_of(request))
        return Response(self._shown(code))

    @extend_schema(summary="Remove an agency without leads", responses={200: DeletedAgencySerializer})
    def destroy(self, request: Request, code: str) -> Response:
        services.delete_agency(code=code.upper(), actor=actor_of(request))
        return Response({"success": True, "code": code.upper()})

    def found(self, code: str) -> Agency:
        """The agency, if the caller may know of it."""
        agency = self.get_queryset().filter(pk=code.upper()).first()
        if agency is None:
            raise AgencyNotFound(code)
        return agency

    def _shown(self, code: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.get_serializer(self.found(code)).data
        return shown


@extend_schema(
    parameters=[
        OpenApiParameter("code", {"type": "string", "pattern": f"^{CODE_IN_URL}$"}, OpenApiParameter.PATH)
    ]
)
class ApiKeyViewSet(GenericViewSet[ApiKey]):
    """The keys an agency's systems post leads with."""

    queryset = ApiKey.objects.none()
    serializer_class = ApiKeySerializer
    permission_classes = [IsManager]
    filter_backends = ()
    lookup_url_kwarg = "key_id"
    lookup_value_regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    ordering = "-created_at"
    ordering_fields = ("created_at",)

    secret: str | None = None

    def get_queryset(self) -> ApiKeyQuerySet:
        return ApiKey.objects.filter(agency=self.agency_code())

    def agency_code(self) -> str:
        return str(self.kwargs["code"]).upper()

    @extend_schema(summary="An agency's keys")
    def list(self, request: Request, code: str) -> Response:
        if not Agency.objects.filter(pk=self.agency_code()).exists():
            raise AgencyNotFound(code)
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Issue a key, shown once", request=ApiKeyInput, responses={201: IssuedKeySerializer}
    )
    def create(self, request: Request, code: str) -> Response:
        response = self.issue(request, code)
        if response.status_code == 201:
            response.data = {**response.data, "key": self.secret}
        return response

    @idempotent
    def issue(self, request: Request, code: str) -> Response:
        """The answer without the secret: what is kept for a repetition must not hold it."""
        given = valid(ApiKeyInput, request)
        key, self.secret = services.issue_key(code=self.agency_code(), actor=actor_of(request), **given)
        return Response(self.get_serializer(key).data, status=201)

    @extend_schema(summary="Revoke a key", responses={200: ApiKeySerializer})
    def destroy(self, request: Request, code: str, key_id: str) -> Response:
        key = services.revoke_key(code=self.agency_code(), key_id=UUID(key_id), actor=actor_of(request))
        return Response(self.get_serializer(key).data)
