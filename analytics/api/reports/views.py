"""Reports over HTTP: the numbers, and the files to hand out."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from agencies.models import Agency
from analytics.api.explaining import explained
from analytics.api.reports import serializers as shapes
from analytics.api.reports.documents import report_document
from analytics.models.reports import Audience, ReportFormat
from analytics.selectors.reports import ReportSummary, build_report
from analytics.services.reporting.files import RENDERERS, write_report
from crm.core.api.caching import cached_read
from crm.core.api.permissions import IsManager
from crm.core.exceptions import InvalidInput
from crm.core.generations import agency_scope
from crm.core.periods import period_of

FILES = {(200, content_type.partition(";")[0]): OpenApiTypes.BINARY for _, content_type in RENDERERS.values()}
DEFINED = (
    "period", "previous", "change", "leads", "revenue", "cpa", "conversions", "conversionRate", "returnRate", "share",
)  # fmt: skip
EXPORT = """The numbers of the summary as a file: PDF (US Letter), an Excel workbook with a chart, or one tidy CSV table.

`audience=agency` makes the copy for the agency of `vendor_code`: without revenue, CPA and agents.
"""


class AnswersFilesNegotiation(BaseContentNegotiation):
    """`?format=` and `Accept` ask for a file here, not for a rendering of JSON; refusals are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def scopes_of(request: Request) -> tuple[str, ...]:
    """What a summary is made of; asked before the query is checked."""
    code = request.query_params.get("vendor_code", "")
    return (agency_scope(code) if code and code.isprintable() else "leads", "agencies", "agents")


class ReportViewSet(ViewSet):
    """The business by vendor, source, agent and state."""

    permission_classes = [IsManager]
    content_negotiation_class = AnswersFilesNegotiation

    @extend_schema(
        summary="A period in numbers",
        parameters=[shapes.SummaryQuerySerializer],
        responses=shapes.ReportSerializer,
    )
    @cached_read("report-summary", reads=scopes_of)
    def summary(self, request: Request) -> Response:
        asked = _asked(shapes.SummaryQuerySerializer, request)
        return Response(explained(report_document(_report(asked)), DEFINED, request))

    @extend_schema(
        summary="A report as a file",
        description=EXPORT,
        parameters=[shapes.ExportQuerySerializer],
        responses=FILES,
    )
    def export(self, request: Request) -> HttpResponse:
        asked = _asked(shapes.ExportQuerySerializer, request)
        audience = Audience(asked["audience"])
        if audience == Audience.AGENCY and not asked.get("vendor_code"):
            sentence = "An agency's copy needs vendor_code: whose is it?"
            raise InvalidInput(sentence, vendor_code=[sentence])
        file = write_report(_report(asked), ReportFormat(asked["format"]), audience)
        return HttpResponse(
            file.content,
            content_type=file.content_type,
            headers={
                "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name)
                or "",
                "Cache-Control": "private, no-store",
            },
        )


def _report(asked: dict[str, Any]) -> ReportSummary:
    code = asked.get("vendor_code")
    agency = Agency.objects.filter(pk=code).first() if code else None
    if code and agency is None:
        sentence = "There is no agency with this code."
        raise InvalidInput(sentence, vendor_code=[sentence])
    return build_report(period_of(asked), agency)


def _asked(shape: type[shapes.ReportQuerySerializer], request: Request) -> dict[str, Any]:
    serializer = shape(data=request.query_params.dict())
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
