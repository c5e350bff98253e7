"""How the admin looks, and what its sidebar leads to."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

Item = dict[str, Any]


def asset(name: str) -> Callable[[HttpRequest], str]:
    """A file of ours, by its address on the day it is asked for."""
    return lambda request: static(f"crm/{name}")


def item(title: str, icon: str, model: str) -> Item:
    """A link to the list of `app_label.model`, for those who may see it."""
    app_label, _, name = model.partition(".")

    def may_see(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app_label}.view_{name}")

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app_label}_{name}_changelist"),
        "permission": may_see,
    }


def may_see_numbers(request: HttpRequest) -> bool:
    """The page Business is for those who may see what is counted."""
    return request.user.has_perm("analytics.view_count")


def may_operate(request: HttpRequest) -> bool:
    """The machinery is for admins."""
    return bool(getattr(request.user, "is_superuser", False))


UNFOLD = {
    "SITE_TITLE": "MVA CRM",
    "SITE_HEADER": "MVA CRM",
    "SITE_SUBHEADER": "Motor vehicle accident leads",
    "SITE_URL": None,
    "SITE_ICON": asset("logo.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": asset("logo.svg")}],
    "SHOW_HISTORY": False,  # a lead's page shows its own
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [asset("admin.css")],
    "LOGIN": {"form": "crm.core.forms.SignInForm"},
    "DASHBOARD_CALLBACK": "analytics.admin.today.dashboard",
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .214 259.8)",
            "600": "oklch(54.6% .245 262.9)",
            "700": "oklch(48.8% .243 264.4)",
            "800": "oklch(42.4% .199 265.6)",
            "900": "oklch(37.9% .146 265.5)",
            "950": "oklch(28.2% .091 267.9)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "items": [
                    {"title": "Today", "icon": "today", "link": reverse_lazy("admin:index")},
                    {
                        "title": "Business",
                        "icon": "monitoring",
                        "link": reverse_lazy("business"),
                        "permission": may_see_numbers,
                    },
                ],
            },
            {
                "title": "Work",
                "items": [
                    item("Leads", "contact_phone", "leads.lead"),
                    item("Saved filters", "filter_alt", "leads.savedfilter"),
                    item("Bulk operations", "checklist", "leads.bulkoperation"),
                    item("Imports", "upload_file", "leads.leadimport"),
                    item("Changes", "history", "leads.leadchange"),
                ],
            },
            {
                "title": "Vendors",
                "items": [
                    item("Agencies", "storefront", "agencies.agency"),
                    item("Prices", "sell", "pricing.pricebook"),
                ],
            },
            {
                "title": "Numbers",
                "items": [
                    item("Insights", "lightbulb", "analytics.insight"),
                    item("Forecasts", "trending_up", "analytics.forecast"),
                    item("Reports by mail", "forward_to_inbox", "analytics.reportschedule"),
                ],
            },
            {
                "title": "Team",
                "items": [
                    item("People", "group", "core.user"),
                    item("Invitations", "mail", "core.invitation"),
                ],
            },
            {
                "title": "Rules",
                "items": [
                    item("Scorecard", "rule", "leads.scorecard"),
                    item("State law", "gavel", "leads.statelaw"),
                    item("Intake policy", "input", "leads.intakepolicy"),
                ],
            },
            {
                "title": "Operations",
                "items": [
                    {
                        **item("Schedules", "schedule", "django_celery_beat.periodictask"),
                        "permission": may_operate,
                    },
                    {**item("Events", "outbox", "core.outboxevent"), "permission": may_operate},
                ],
            },
        ],
    },
}
