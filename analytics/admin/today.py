"""The admin's first page."""

from typing import Any

from django.http import HttpRequest

from analytics.selectors.today import today_at_a_glance
from crm.core.admin.base import person_of


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """UNFOLD["DASHBOARD_CALLBACK"]: the day, for those who may see the leads."""
    if person_of(request).has_perm("leads.view_lead"):
        context["day"] = today_at_a_glance()
    return {**context, "title": "Today"}
