"""The list of leads narrowed to those behind what was found: all of them, to be worked on."""

from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.contrib.filters.admin import DropdownFilter

from analytics.selectors.behind import Behind, behind
from crm.core.admin.base import actor_of, told_refusal
from crm.core.exceptions import DomainError
from leads.admin.changelist import LeadChangeList
from leads.admin.filters import Options
from leads.admin.lead import LeadAdmin
from leads.models import Lead
from leads.querysets import LeadQuerySet
from leads.services.finding import choice_of_leads

PARAMETER: Final = "behind"
GONE: Final = "What this list was narrowed by is no longer kept: it chooses no leads. Take the filter away to see leads again."
PAGES: Final = {
    "insight": "admin:analytics_insight_change",
    "agency": "admin:agencies_agency_change",
}

admin.site.unregister(Lead)


def leads_behind_url(name: str) -> str:
    """The list of the leads behind what has this name in `analytics.selectors.behind`."""
    return f"{reverse('admin:leads_lead_changelist')}?{urlencode({PARAMETER: name})}"


class BehindFilter(DropdownFilter):
    """There only where an address asks for it."""

    title = "found"
    parameter_name = PARAMETER
    found: Behind | None = None

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Options:
        value = self.value()
        if not value:
            return []
        self.found = behind(value)
        return [(value, self.found.title if self.found else "no longer kept")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        leads = cast("LeadQuerySet", queryset)
        if self.found is None:
            messages.error(request, GONE)
            return leads.none()
        try:
            return choice_of_leads(actor_of(request), filters=self.found.filters)(leads)
        except DomainError as refusal:
            messages.error(request, told_refusal(refusal))
            return leads.none()


class AnalyticsLeadChangeList(LeadChangeList):
    """Knows what was found where it shows the leads behind it."""

    def _is_possible(self, name: str, value: str) -> bool:
        """What cannot be is not passed over: it chooses nothing, and says so."""
        return name == PARAMETER or super()._is_possible(name, value)

    @property
    def behind(self) -> dict[str, str] | None:
        """What was found, its page, and the list without it."""
        for one in self.filter_specs:
            if isinstance(one, BehindFilter) and one.found:
                return {
                    "title": one.found.title,
                    "url": reverse(PAGES[one.found.page], args=[one.found.key]),
                    "without": self.get_query_string(remove=[PARAMETER, "p"]),
                }
        return None


@admin.register(Lead)
class AnalyticsLeadAdmin(LeadAdmin):
    """Adds the filter, and says above the list what it is narrowed by."""

    list_before_template = "admin/analytics/lead/chosen_by.html"
    list_filter: Any = (*LeadAdmin.list_filter, BehindFilter)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LeadChangeList]:
        return AnalyticsLeadChangeList
