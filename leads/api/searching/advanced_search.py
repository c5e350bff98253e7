"""POST /leads/advanced-search."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crm.core.api.pagination import BodyKeysetPagination, PageAsked, scope_of_body
from crm.core.api.permissions import IsSignedIn
from crm.core.api.requests import actor_of, valid
from leads.api import representation
from leads.api.searching.serializers import AdvancedSearchSerializer, PagingSerializer
from leads.api.serializers import LeadSerializer
from leads.api.views import orderings_for
from leads.models import Lead
from leads.services.finding import bounded_search, find_leads

DESCRIPTION = """Leads by a tree of conditions; docs/search.md has the fields, their kinds and operators.

What is wrong is a 400 that names its path, as `filters.conditions[2].operator`. 503 `unavailable` where the search
takes longer than a statement may; the sentence says how to narrow it. A cursor is good for the same body only.
"""


class AdvancedSearchViewSet(GenericViewSet[Lead]):
    """Leads by a tree of conditions."""

    queryset = Lead.objects.none()
    serializer_class = LeadSerializer
    permission_classes = [IsSignedIn]
    pagination_class = BodyKeysetPagination
    filter_backends = ()

    @extend_schema(
        summary="Search by conditions",
        description=DESCRIPTION,
        request=AdvancedSearchSerializer,
        responses=LeadSerializer(many=True),
    )
    def search(self, request: Request) -> Response:
        given, actor = valid(AdvancedSearchSerializer, request), actor_of(request)
        chosen = {name: given[name] for name in ("query", "filters", "saved_filter") if name in given}
        leads = find_leads(actor, **chosen)
        asked = page_asked(given, scope_of_body(request.path, chosen), orderings_for(actor.role))
        paginator: Any = self.paginator
        with bounded_search():
            rows = paginator.page(representation.rows_of(leads, actor), asked)
        return self.get_paginated_response(representation.documents(rows, actor))


def page_asked(given: dict[str, Any], scope: str, orderings: tuple[str, ...]) -> PageAsked:
    """The page that the body asks for."""
    sort = given.get("sort", {"field": "created_at", "order": "desc"})
    if sort["field"] not in orderings:
        raise ValidationError({"sort.field": [f"Unknown. One of {', '.join(orderings)}."]})
    paging = given.get("pagination", {})
    return PageAsked(
        limit=paging.get("limit", PagingSerializer().fields["limit"].default),
        cursor=paging.get("cursor"),
        ordering=f"{'-' if sort['order'] == 'desc' else ''}{sort['field']}",
        scope=scope,
        cursor_path="pagination.cursor",
    )
