"""The addresses of leads."""

from django.urls import re_path

from crm.core.api.routers import SlashOptionalRouter
from leads.api.agents import AgentViewSet
from leads.api.comments import CommentViewSet
from leads.api.history import HistoryViewSet
from leads.api.imports.views import ImportViewSet
from leads.api.views import LeadViewSet

router = SlashOptionalRouter()
router.register("leads", LeadViewSet, basename="lead")
router.register("agents", AgentViewSet, basename="agent")

UUID_PATTERN = LeadViewSet.lookup_value_regex

urlpatterns = [
    re_path(
        rf"^leads/(?P<lead_id>{UUID_PATTERN})/comments/?$",
        CommentViewSet.as_view({"get": "list", "post": "create"}),
        name="lead-comments",
    ),
    re_path(
        rf"^leads/(?P<lead_id>{UUID_PATTERN})/history/?$",
        HistoryViewSet.as_view({"get": "list"}),
        name="lead-history",
    ),
    re_path(
        r"^agents/(?P<pk>\d{1,18})/capacity/?$",
        AgentViewSet.as_view({"put": "set_capacity"}),
        name="agent-capacity",
    ),
    re_path(r"^leads/import/?$", ImportViewSet.as_view({"post": "create"}), name="lead-import"),
    re_path(r"^imports/?$", ImportViewSet.as_view({"get": "list"}), name="import-list"),
    re_path(
        rf"^imports/(?P<pk>{UUID_PATTERN})/?$",
        ImportViewSet.as_view({"get": "retrieve"}),
        name="import-detail",
    ),
    re_path(
        rf"^imports/(?P<pk>{UUID_PATTERN})/refused/?$",
        ImportViewSet.as_view({"get": "refused"}),
        name="import-refused",
    ),
    *router.urls,
]
