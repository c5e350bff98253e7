"""The addresses of leads."""

from django.urls import re_path

from crm.core.api.routers import SlashOptionalRouter
from leads.api.agents import AgentViewSet
from leads.api.bulk.views import BulkViewSet
from leads.api.comments import CommentViewSet
from leads.api.history import HistoryViewSet
from leads.api.imports.views import ImportViewSet
from leads.api.merging import MergeViewSet
from leads.api.operations.views import OperationViewSet
from leads.api.searching.advanced_search import AdvancedSearchViewSet
from leads.api.searching.saved_filters import SavedFilterViewSet
from leads.api.suggestions import SuggestionViewSet
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
        rf"^leads/(?P<pk>{UUID_PATTERN})/duplicates/?$",
        MergeViewSet.as_view({"get": "duplicates"}),
        name="lead-duplicates",
    ),
    re_path(
        rf"^leads/(?P<pk>{UUID_PATTERN})/merge-preview/?$",
        MergeViewSet.as_view({"post": "preview"}),
        name="lead-merge-preview",
    ),
    re_path(
        rf"^leads/(?P<pk>{UUID_PATTERN})/merge/?$",
        MergeViewSet.as_view({"post": "merge"}),
        name="lead-merge",
    ),
    re_path(
        rf"^leads/(?P<pk>{UUID_PATTERN})/unmerge/?$",
        MergeViewSet.as_view({"post": "unmerge"}),
        name="lead-unmerge",
    ),
    re_path(
        r"^agents/(?P<pk>\d{1,18})/capacity/?$",
        AgentViewSet.as_view({"put": "set_capacity"}),
        name="agent-capacity",
    ),
    re_path(
        r"^leads/bulk-update/?$", BulkViewSet.as_view({"post": "update_leads"}), name="leads-bulk-update"
    ),
    re_path(
        r"^leads/bulk-assign/?$", BulkViewSet.as_view({"post": "assign_leads"}), name="leads-bulk-assign"
    ),
    re_path(
        r"^leads/advanced-search/?$",
        AdvancedSearchViewSet.as_view({"post": "search"}),
        name="leads-advanced-search",
    ),
    re_path(r"^search/suggestions/?$", SuggestionViewSet.as_view({"get": "list"}), name="search-suggestions"),
    re_path(
        r"^filters/?$", SavedFilterViewSet.as_view({"get": "list", "post": "create"}), name="filter-list"
    ),
    re_path(r"^filters/presets/?$", SavedFilterViewSet.as_view({"get": "presets"}), name="filter-presets"),
    re_path(
        rf"^filters/(?P<pk>{UUID_PATTERN})/?$",
        SavedFilterViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="filter-detail",
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
    re_path(r"^bulk-operations/?$", OperationViewSet.as_view({"get": "list"}), name="bulk-operation-list"),
    re_path(
        rf"^bulk-operations/(?P<pk>{UUID_PATTERN})/?$",
        OperationViewSet.as_view({"get": "retrieve"}),
        name="bulk-operation-detail",
    ),
    re_path(
        rf"^bulk-operations/(?P<pk>{UUID_PATTERN})/undo/?$",
        OperationViewSet.as_view({"post": "undo"}),
        name="bulk-operation-undo",
    ),
    *router.urls,
]
