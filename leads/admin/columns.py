"""The columns of the lead list and the badges of the lead's page."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.decorators import display

from crm.core.clock import business_day
from leads.choices import CONVERTED, WAYS_OUT, Disposition
from leads.models import Lead

YEAR = 365
SOON = 30  # days to file under which a deadline is shown as a warning

DISPOSITION_COLOURS: dict[str, str] = {
    Disposition.NEW: "info",
    Disposition.ATTEMPTING: "info",
    Disposition.CONTACTED: "primary",
    Disposition.QUALIFIED: "primary",
    Disposition.IN_PROGRESS: "primary",
    Disposition.DOCS_SENT: "warning",
    Disposition.AWAITING_PROOF: "warning",
    **dict.fromkeys(CONVERTED, "success"),
    **dict.fromkeys(WAYS_OUT, "default"),
    Disposition.REJECTED: "danger",
    Disposition.RETURNED: "danger",
}


def urgency(days: int | None) -> str:
    """How a deadline is coloured."""
    if days is None:
        return "ended"
    return "past" if days < 0 else "soon" if days <= SOON else "later"


def time_left(days: int | None) -> str:
    """The days to a deadline, in words."""
    if days is None:
        return ""
    return "passed" if days < 0 else "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"


def deadline_of(lead: Lead) -> dict[str, Any]:
    """A lead's deadline as its template wants it."""
    days = lead.days_to_deadline(business_day()) if lead.is_open else None
    return {"date": lead.filing_deadline, "urgency": urgency(days), "told": time_left(days)}


def in_lines(lines: Iterable[str]) -> SafeString:
    """A cell of several lines."""
    return format_html(
        '<div class="crm-lines">{}</div>', format_html_join("", "<div>{}</div>", ((line,) for line in lines))
    )


class LeadColumns:
    """What a row of the list shows, read with the row; no template for each cell of fifty rows."""

    @display(description="name")
    def person(self, lead: Lead) -> SafeString:
        return format_html(
            '{}<small class="crm-note crm-below">{}</small>', str(lead), lead.phone or lead.email
        )

    @display(description="agency", ordering=None)
    def vendor(self, lead: Lead) -> str:
        return lead.agency.name

    @display(description="disposition")
    def stands(self, lead: Lead) -> SafeString:
        colour = DISPOSITION_COLOURS.get(lead.disposition, "default")
        return format_html('<span class="crm-badge crm-badge--{}">{}</span>', colour, lead.disposition)

    @display(description="score", ordering="quality_score")
    def score(self, lead: Lead) -> SafeString:
        return format_html('<span class="crm-score" data-score="{0}">{0}</span>', lead.quality_score)

    @display(description="agent", empty_value="-")
    def agent(self, lead: Lead) -> str | None:
        return str(lead.assigned_agent) if lead.assigned_agent else None

    @display(description="value", ordering="lead_value")
    def value(self, lead: Lead) -> str:
        return f"${lead.lead_value:,.2f}"

    @display(description="came in", ordering="created_at")
    def came_in(self, lead: Lead) -> str:
        return date_format(localtime(lead.created_at), "M j, H:i" if self._is_recent(lead) else "M j, Y")

    def _is_recent(self, lead: Lead) -> bool:
        return (business_day() - lead.created_at.date()).days < YEAR - SOON

    @display(description="deadline", ordering="filing_deadline", empty_value="-")
    def deadline(self, lead: Lead) -> SafeString | None:
        due = deadline_of(lead)
        if not due["date"]:
            return None
        day = date_format(due["date"], "M j, Y")
        markup = '<span class="crm-due crm-due--{}">{}<small>{}</small></span>'
        return format_html(markup, due["urgency"], day, due["told"])
