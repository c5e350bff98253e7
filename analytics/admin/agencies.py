"""The agencies' pages, with how each agency does."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from agencies.admin.agency import AgencyAdmin
from agencies.models import Agency
from analytics.admin.leads import leads_behind_url
from analytics.admin.tiles import list_of_leads
from analytics.selectors.agencies.performance import newest_grades, performances
from analytics.selectors.behind import finding_mark
from crm.core.admin.base import CappedChangeList

admin.site.unregister(Agency)

PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "conversion": ("Conversions", "{count} against {expected} expected of such leads"),
    "returns": ("Returns", "{count} against {expected} expected of leads of this age"),
    "volume": ("Volume", "{count} in {days} days against {expected} by the goal"),
    "trend": ("Trend", "{direction} over {days} days"),
}
"""Of each part of a grade the title, and its figures in words."""


class AgencyChangeList(CappedChangeList):
    """Knows the grade of each agency shown: one statement for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        graded = newest_grades([agency.pk for agency in self.result_list])
        for agency in self.result_list:
            agency.graded = graded.get(agency.pk)


@admin.register(Agency)
class AnalyticsAgencyAdmin(AgencyAdmin):
    """Adds the grade to the list, and to an agency's page its performance, grade and findings."""

    list_display: Any = ("name", "code", "status_badge", "grade", "goal", "live_keys", "created_at")
    change_form_template = "admin/analytics/agency/change_form.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AgencyChangeList]:
        return AgencyChangeList

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        agency = kwargs.get("obj")
        if agency is not None and not agency._state.adding:
            context |= performance_panel(agency)
        return super().render_change_form(request, context, **kwargs)

    @display(description="grade")
    def grade(self, agency: Any) -> SafeString:
        return render_to_string("admin/analytics/agency/grade.html", {"graded": agency.graded})


def performance_panel(agency: Agency) -> dict[str, Any]:
    """What the page shows above the form: three statements."""
    found = performances([agency], timezone.now())[agency.pk]
    document = found.graded.document if found.graded else {}
    findings = [
        {
            **one,
            "way": leads_behind_url(f"grade.{found.graded.pk}.{finding_mark(one)}")
            if one.get("link")
            else "",
        }
        for one in document.get("findings", [])
        if found.graded
    ]
    return {
        "performance": found,
        "pace": found.pace,
        "judgement": document.get("judgement"),
        "parts": [
            {
                **part,
                "title": PARTS[part["name"]][0],
                "told": PARTS[part["name"]][1].format(**part["figures"]),
            }
            for part in document.get("judgement", {}).get("parts", [])
        ],
        "strengths": [one for one in findings if one["kind"] == "strength"],
        "opportunities": [one for one in findings if one["kind"] == "opportunity"],
        "advice": [one["advice"] for one in findings if one["advice"]],
        "its_leads": list_of_leads(found.period, agency.pk),
    }
