"""Files of leads over HTTP: sent, watched, and what was refused of them."""

from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import roles
from crm.core.api.requests import actor_of, valid
from crm.core.choices import Role
from crm.core.exceptions import NotFound
from leads.api.imports import serializers as shapes
from leads.models import LeadImport
from leads.querysets import LeadImportQuerySet
from leads.services.imports.report import Report
from leads.services.imports.starting import start_import
from leads.tasks import run_lead_import

MAY_IMPORT = roles(Role.ADMIN, Role.MANAGER, Role.VENDOR)
SIGNATURE_SECONDS = 600
SIGNER = signing.TimestampSigner(salt="leads.import.refused")


class MayImportOrFollowsLink(MAY_IMPORT):  # type: ignore[valid-type,misc] # made by a function
    """A browser follows the link of the refused rows without our headers: its signature is the permission."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return is_signed(request, view.kwargs["pk"]) or super().has_permission(request, view)


class ImportViewSet(GenericViewSet[LeadImport]):
    """Imports: managers see all, a vendor those its own people sent."""

    serializer_class = shapes.ImportSerializer
    queryset = LeadImport.objects.all()
    filter_backends: list[Any] = []
    ordering = "-created_at"
    ordering_fields = ("created_at",)
    lookup_value_regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def get_permissions(self) -> list[BasePermission]:
        return [MayImportOrFollowsLink()] if self.action == "refused" else [MAY_IMPORT()]

    def get_parsers(self) -> list[Any]:
        request = getattr(self, "request", None)
        if request is not None and request.method == "POST":
            return [MultiPartParser()]
        return super().get_parsers()

    def get_queryset(self) -> LeadImportQuerySet:
        return LeadImport.objects.visible_to(actor_of(self.request))

    @extend_schema(
        summary="Import a file of leads",
        request={"multipart/form-data": shapes.ImportInputSerializer},
        responses={202: shapes.ImportStartedSerializer},
        parameters=[
            OpenApiParameter("dryRun", bool, description="Store nothing, only report what would be done."),
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Makes a repetition safe for 24 h.",
            ),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        given = valid(shapes.ImportInputSerializer, request)
        one = start_import(
            given["file"],
            filename=given["file"].name or "",
            agency_code=given["agency"],
            actor=actor_of(request),
            mapping=given["mapping"],
            is_dry_run=_is_dry_run(request),
            creates_owners=given["createOwners"],
        )
        transaction.on_commit(lambda: run_lead_import.delay(str(one.pk)), robust=True)
        return Response({"importId": one.pk, "status": one.status}, status=202)

    @extend_schema(summary="Imports, newest first")
    def list(self, request: Request) -> Response:
        rows = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([import_document(one) for one in rows or []])

    @extend_schema(
        summary="One import: progress, counts, the columns found", responses=shapes.ImportSerializer
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(import_document(self._found(self.get_queryset(), pk)))

    @extend_schema(
        summary="The rows refused, with the reason for each",
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("signature", str, description="From refusedUrl, instead of a token.")],
    )
    def refused(self, request: Request, pk: str) -> FileResponse:
        queryset = LeadImport.objects.all() if is_signed(request, pk) else self.get_queryset()
        one = self._found(queryset, pk)
        if not one.refused_file:
            raise NotFound("No row of this import was refused, or it has not ended yet.")
        name = f"{one.filename.rpartition('.')[0] or one.filename}-refused.csv"
        return FileResponse(
            one.refused_file.open("rb"), as_attachment=True, filename=name, content_type="text/csv"
        )

    def _found(self, queryset: LeadImportQuerySet, pk: str) -> LeadImport:
        one: LeadImport | None = queryset.filter(pk=UUID(pk)).first()
        if one is None:
            raise NotFound("There is no such import, or you may not see it.")
        return one


def is_signed(request: Request, pk: str) -> bool:
    """Whether the request carries a fresh signature for this very import."""
    try:
        return bool(
            SIGNER.unsign(request.query_params.get("signature", ""), max_age=SIGNATURE_SECONDS)
            == str(UUID(pk))
        )
    except signing.BadSignature:
        return False


def import_document(one: LeadImport) -> dict[str, Any]:
    """An import as the API shows it."""
    report = Report.read(one.report).document()
    signature = SIGNER.sign(str(one.pk))
    return {
        "importId": one.pk,
        "filename": one.filename,
        "agency": one.agency_id,
        "author": one.author,
        "dryRun": one.is_dry_run,
        "status": one.status,
        "progress": one.progress,
        "counts": {
            "total": one.rows_total,
            "done": one.rows_done,
            "created": one.created_count,
            "refused": one.refused_count,
            "duplicates": one.duplicate_count,
        },
        "mapping": one.mapping,
        **report,
        "refusedUrl": f"/api/imports/{one.pk}/refused?signature={signature}" if one.refused_file else None,
        "error": one.error or None,
        "createdAt": one.created_at,
        "startedAt": one.started_at,
        "finishedAt": one.finished_at,
    }


def _is_dry_run(request: Request) -> bool:
    given = request.query_params.get("dryRun", "false").casefold()
    if given not in ("true", "false", "1", "0"):
        raise ValidationError({"dryRun": ["true or false."]})
    return given in ("true", "1")
