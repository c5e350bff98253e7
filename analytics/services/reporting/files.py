"""The files of a report, under names that say what is in them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.text import slugify

from analytics.models.reports import Audience, ReportFormat
from analytics.selectors.reports import ReportSummary
from analytics.services.reporting.csv import render_csv
from analytics.services.reporting.pdf import render_pdf
from analytics.services.reporting.xlsx import render_xlsx

RENDERERS: dict[ReportFormat, tuple[Callable[[ReportSummary, Audience], bytes], str]] = {
    ReportFormat.PDF: (render_pdf, "application/pdf"),
    ReportFormat.XLSX: (render_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ReportFormat.CSV: (render_csv, "text/csv; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file to hand out. `name` is plain ASCII."""

    name: str
    content_type: str
    content: bytes


def write_report(summary: ReportSummary, format: ReportFormat, audience: Audience) -> ReportFile:  # noqa: A002
    """The report as a file for these readers."""
    render, content_type = RENDERERS[format]
    period = summary.period
    whose = f"{slugify(summary.agency.code)}-" if summary.agency else ""
    days = f"{period.start}" if period.days == 1 else f"{period.start}-to-{period.end}"
    return ReportFile(f"lead-report-{whose}{days}.{format}", content_type, render(summary, audience))
