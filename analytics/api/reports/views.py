"""Reports over HTTP: the numbers, and the files to hand out."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from analytics.api.asking import AgencyQuery, asked
from analytics.api.reading import numbers
from analytics.api.reports import serializers as shapes
from analytics.api.reports.documents import report_document
from analytics.models.reports import Audience, ReportFormat
from analytics.selectors.reports import build_report
from analytics.services.reporting.files import RENDERERS, write_report
from crm.core.api.permissions import IsManager
from crm.core.exceptions import InvalidInput

FILES = {(200, content_type.partition(";")[0]): OpenApiTypes.BINARY for _, content_type in RENDERERS.values()}
DEFINED = (
    "period", "previous", "change", "sameAge", "leads", "revenue", "cpa", "conversions", "conversionRate", "returnRate", "share",
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


class ReportViewSet(ViewSet):
    """The business by vendor, source, agent and state."""

    permission_classes = [IsManager]
    content_negotiation_class = AnswersFilesNegotiation

    @numbers(
        "A period in numbers",
        query=AgencyQuery,
        answer=shapes.ReportSerializer,
        reads=("leads", "agencies", "agents"),
        defined=DEFINED,
        name="report-summary",
    )
    def summary(self, given: dict[str, Any]) -> dict[str, Any]:
        return report_document(build_report(given["period"], given["agency"]))

    @extend_schema(
        summary="A report as a file",
        description=EXPORT,
        parameters=[shapes.ExportQuery],
        responses=FILES,
    )
    def export(self, request: Request) -> HttpResponse:
        given = asked(request, shapes.ExportQuery)
        audience = Audience(given["audience"])
        if audience == Audience.AGENCY and given["agency"] is None:
            sentence = "An agency's copy needs vendor_code: whose is it?"
            raise InvalidInput(sentence, vendor_code=[sentence])
        report = build_report(given["period"], given["agency"])
        file = write_report(report, ReportFormat(given["format"]), audience)
        return HttpResponse(
            file.content,
            content_type=file.content_type,
            headers={
                "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name)
                or "",
                "Cache-Control": "private, no-store",
            },
        )
