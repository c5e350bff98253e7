"""Agencies with their numbers. Reads are served here, above the leads; writes are inherited from below."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api.views import AgencyViewSet
from agencies.models import Agency
from analytics.api.agencies import documents
from analytics.api.agencies import serializers as shapes
from analytics.api.agencies.filters import ExplainedAgencyFilter
from analytics.api.asking import ExplainQuery, PeriodQuery, asked, refuse_repeats
from analytics.api.explaining import explained, is_explanation_asked
from analytics.api.reading import of_agency
from analytics.definitions import AGENCIES
from analytics.selectors.agencies.history import agency_stats
from analytics.selectors.agencies.performance import Performance, performances
from analytics.services.grading import SCOPE
from crm.core.api.caching import cached_read
from crm.core.api.requests import actor_of
from crm.core.choices import Role
from crm.core.snapshots import consistent_read

DEFINED = (*AGENCIES, "leads", "revenue", "cost", "roi", "conversionRate", "returnRate", "goalProgress")
STATS_DEFINED = (
    *AGENCIES, "period", "previous", "change", "leads", "revenue", "cpa", "conversions", "conversionRate", "returnRate",
    "avgQuality", "avgResponseMinutes", "cost", "costKnown", "roi", "goalProgress", "funnel.reached", "funnel.share",
    "funnel.fromPrevious", "funnel.standing", "funnel.exits",
)  # fmt: skip


def scopes_of(request: Request) -> Collection[str]:
    """What an answer is made of: the leads of one agency, or of all."""
    code = request.parser_context["kwargs"].get("code") or actor_of(request).vendor_code
    return of_agency(("leads", "agencies", SCOPE), code.upper() if code else None)


class AgencyNumbersViewSet(AgencyViewSet):
    """The lead vendors and how they do. A vendor sees its own agency only, without money and comparisons."""

    filterset_class = ExplainedAgencyFilter

    @extend_schema(
        summary="Agencies and how they do", responses=shapes.AgencyWithNumbersSerializer(many=True)
    )
    @cached_read("agencies", reads=scopes_of)
    def list(self, request: Request) -> Response:
        refuse_repeats(request)
        is_explained = is_explanation_asked(request)
        with consistent_read():
            page: list[Agency] = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
            found = performances(page, timezone.now())
        stored = self.get_serializer(page, many=True).data
        shown = [self._with_numbers(agency, found[agency["code"]], is_explained) for agency in stored]
        response = self.get_paginated_response(shown)
        response.data = self._explained(response.data, DEFINED, is_asked=is_explained)
        return response

    @extend_schema(
        summary="One agency and how it does",
        parameters=[ExplainQuery],
        responses=shapes.AgencyWithNumbersSerializer,
    )
    @cached_read("agency", reads=scopes_of)
    def retrieve(self, request: Request, code: str) -> Response:
        is_explained = asked(request, ExplainQuery)["explain"]
        with consistent_read():
            agency = self.found(code)
            found = performances([agency], timezone.now())[agency.code]
        shown = self._with_numbers(self.get_serializer(agency).data, found, is_explained)
        return Response(self._explained(shown, DEFINED, is_asked=is_explained))

    @extend_schema(
        summary="An agency over a period", parameters=[PeriodQuery], responses=shapes.AgencyStatsSerializer
    )
    @action(detail=True, filter_backends=())
    @cached_read("agency-stats", reads=scopes_of)
    def stats(self, request: Request, code: str) -> Response:
        with consistent_read():
            agency = self.found(code)
            given = asked(request, PeriodQuery)
            found = agency_stats(agency, given["period"], timezone.now())
        is_explained = given["explain"]
        document = documents.stats_document(found, for_vendor=self._is_for_vendor, is_explained=is_explained)
        named = {name: getattr(agency, name) for name in ("code", "name", "status", "goal")}
        return Response(self._explained({"agency": named, **document}, STATS_DEFINED, is_asked=is_explained))

    @property
    def _is_for_vendor(self) -> bool:
        return actor_of(self.request).role == Role.VENDOR

    def _with_numbers(self, agency: dict[str, Any], found: Performance, is_explained: bool) -> dict[str, Any]:
        for_vendor = self._is_for_vendor
        return {
            **agency,
            "performance": documents.performance_document(
                found, for_vendor=for_vendor, is_explained=is_explained
            ),
            "insights": documents.insights_document(found.graded, for_vendor=for_vendor),
        }

    def _explained(
        self, document: dict[str, Any], names: tuple[str, ...], *, is_asked: bool
    ) -> dict[str, Any]:
        shown = [name for name in names if not (self._is_for_vendor and name in documents.OF_STAFF)]
        return explained(document, shown, is_asked=is_asked)
