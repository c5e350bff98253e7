"""What the rules found, and the leads behind it."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from analytics.admin.leads import leads_behind_url
from analytics.models import Insight
from analytics.models.insight import Severity
from analytics.selectors.behind import filters_of, part_mark, part_name
from analytics.wording import COLOURS, DOLLARS, LIMITS, UNITS, facts_of, table_of, tables_of, words
from crm.core.actors import Actor
from crm.core.admin.base import ReadOnlyAdmin, actor_of, told_refusal
from crm.core.counting import count_up_to
from crm.core.exceptions import DomainError
from leads.admin.filters import AgencyFilter, CreatedFilter, KnownFilter, Options
from leads.services.finding import bounded_search, find_leads

LEADS_SHOWN = 20
COUNTED_TO = 10_000


class RuleFilter(KnownFilter):
    """Which rule found it. The table holds 90 days of a few findings each."""

    title = "rule"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Options:
        codes = Insight.objects.order_by("code").values_list("code", flat=True).distinct()
        return [(code, words(code)) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Insight]) -> QuerySet[Insight]:
        return queryset.filter(code=self.value()) if self.value() else queryset


class ScopeFilter(AgencyFilter):
    """Whose leads it is about."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(scope=self.value()) if self.value() else queryset


class DayFilter(CreatedFilter):
    """The day it was found on, both ends included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        ends = {"valid_for__gte": self._day("from"), "valid_for__lte": self._day("to")}
        return queryset.filter(**{lookup: day for lookup, day in ends.items() if day})


@admin.register(Insight)
class InsightAdmin(ReadOnlyAdmin):
    """The newest day first, and on it what presses most."""

    list_display = ("title", "severity_badge", "rule", "agency", "valid_for", "is_current")
    list_display_links = ("title",)
    list_filter = (
        ("severity", ChoicesDropdownFilter),
        RuleFilter,
        ScopeFilter,
        ("valid_for", DayFilter),
        ("is_current", BooleanRadioFilter),
    )
    ordering = ("-valid_for", "-is_current", "-severity", "-size", "pk")
    sortable_by = ()
    fields = ("valid_for", "found_at", "made_at", "is_current", "version")
    change_form_template = "admin/analytics/insight/change_form.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        insight = kwargs.get("obj")
        if insight is not None:
            document = insight.document
            context |= {
                "badge": COLOURS[Severity(insight.severity)],
                "rule": words(insight.code),
                "figures": facts_of(document["figures"], units=units_of(document["figures"])),
                "tables": tables_of(document["figures"]),
                "parts": parts_of(insight),
                "test": facts_of(document["test"] or {}),
                "threshold": facts_of(document["threshold"], labels=LIMITS),
                "behind": leads_behind(document["link"], actor_of(request)),
                "all_of_them": way_to(document["link"], f"insight.{insight.pk}"),
            }
        return cast("HttpResponse", super().render_change_form(request, context, **kwargs))

    @display(description="finding")
    def title(self, insight: Insight) -> str:
        return str(insight)

    @display(description="severity", label=COLOURS)
    def severity_badge(self, insight: Insight) -> tuple[int, str]:
        return insight.severity, insight.get_severity_display()

    @display(description="rule")
    def rule(self, insight: Insight) -> str:
        return words(insight.code)

    @display(description="agency", empty_value="all")
    def agency(self, insight: Insight) -> SafeString | None:
        if not insight.scope:
            return None
        url = reverse("admin:agencies_agency_change", args=[insight.scope])
        return format_html('<a class="crm-link" href="{}">{}</a>', url, insight.scope)


def parts_of(insight: Insight) -> dict[str, Any] | None:
    """The parts of a finding side by side, each with the way to its leads."""
    parts = insight.document["figures"].get("parts", [])
    table = table_of(parts)
    if table is None:
        return None
    ways = [
        (part_name(part), way_to(part["link"], f"insight.{insight.pk}.{part_mark(part)}"))
        if part.get("link")
        else None
        for part in parts
    ]
    return {
        "headers": table.headers,
        "rows": list(zip(table.rows, ways, strict=True)),
        "have_ways": any(ways),
    }


def units_of(figures: Mapping[str, Any]) -> Mapping[str, str]:
    """An anomaly is one of leads, of conversions, or of dollars."""
    return {**UNITS, "value": DOLLARS, "expected": DOLLARS} if figures.get("measure") == "value" else UNITS


def way_to(link: Mapping[str, Any], name: str) -> str:
    """The list of all the leads behind `name`: by the list's own filters where they can say it."""
    return link.get("admin") or leads_behind_url(name)


def leads_behind(link: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The newest of the leads that `link` selects now, and how many they are; or why they cannot be shown."""
    try:
        with bounded_search():
            leads = find_leads(actor, filters=filters_of(link))
            number, is_estimate = count_up_to(leads, COUNTED_TO)
            newest = leads.select_related("agency", "assigned_agent").order_by("-created_at", "-id")
            return {
                "number": f"about {number:,}" if is_estimate else f"{number:,}",
                "leads": list(newest[:LEADS_SHOWN]),
            }
    except DomainError as refusal:
        return {"problem": told_refusal(refusal)}
