"""/admin/analytics and its children."""

from typing import Any

from django.utils import timezone
from rest_framework.viewsets import ViewSet

from analytics.api.analytics import documents, serializers
from analytics.api.asking import AgencyQuery, FunnelQuery, RankingQuery, TrendQuery
from analytics.api.reading import OF_ALL_ONLY, numbers
from analytics.api.statistics.documents import funnel_document, period_document
from analytics.api.statistics.views import FUNNEL, PERIOD
from analytics.choices import Dimension, Series
from analytics.definitions import FORECASTS
from analytics.selectors.figures import figures
from analytics.selectors.forecasts import latest_forecast
from analytics.selectors.groups import By, groups
from analytics.selectors.insights import current_insights, insight_in_short
from analytics.selectors.kpis import KPIS, kpis
from analytics.selectors.quality import by_score
from analytics.selectors.series import series
from analytics.selectors.sources import lead_sources, publishers, shortened
from analytics.selectors.team import Metric, ranking
from analytics.selectors.trends import revenue_trend
from crm.core.api.permissions import IsManager

Given = dict[str, Any]

SHOWN = 5  # insights
HORIZONS_STAND = """Always of the next 7, 30 and 90 days: `period` is checked, as elsewhere, and changes nothing.

Of one agency (`vendor_code`) the forecast stored for it, else a plain one from its leads.
"""
PART = (
    *PERIOD, "leads", "revenue", "cpa", "cost", "roi", "conversions", "conversionRate", "conversionInterval",
    "returnRate", "avgQuality", "share",
)  # fmt: skip


class AnalyticsViewSet(ViewSet):
    """What managers ask next."""

    permission_classes = [IsManager]

    @numbers(
        "Leads, revenue and conversions along a period",
        query=AgencyQuery,
        answer=serializers.AnalyticsSerializer,
        reads=("leads", "agencies", "insights"),
        defined=(*PERIOD[:2], "trend", "leads", "revenue", "conversions", "insights"),
    )
    def analytics(self, given: Given) -> Given:
        period, agency = given["period"], given["vendor_code"]
        return {
            **period_document(period),
            "vendor_code": agency,
            "granularity": period.granularity,
            **documents.series_document(series(period, agency=agency)),
            "insights": [insight_in_short(one) for one in current_insights(agency, SHOWN)],
        }

    @numbers(
        "Key figures beside those of the period before",
        query=AgencyQuery,
        answer=serializers.KpisSerializer,
        reads=("leads", "agencies"),
        defined=(*PERIOD, *KPIS),
    )
    def kpis(self, given: Given) -> Given:
        period, agency = given["period"], given["vendor_code"]
        return {
            **period_document(period),
            "vendor_code": agency,
            "kpis": documents.kpis_document(kpis(period, agency)),
        }

    @numbers(
        "How far leads get",
        query=FunnelQuery,
        answer=serializers.FunnelSerializer,
        reads=("leads", "agencies", "agents"),
        defined=(*PERIOD[:2], "leads", *FUNNEL, "funnel.exits", "conversions", "conversionRate"),
    )
    def funnel(self, given: Given) -> Given:
        period, agency = given["period"], given["vendor_code"]
        dimension = Dimension.TOTAL if agency is None else Dimension.AGENCY
        found: Given = {
            **period_document(period),
            "vendor_code": agency,
            **funnel_document(figures(period, dimension, agency)),
        }
        if "by" in given:
            parts = groups(period, By(given["by"]), agency)
            found["groups"] = [documents.group_document(group) for group in parts]
        return found

    @numbers(
        "What each campaign of each agency brings",
        query=AgencyQuery,
        answer=serializers.SourcesSerializer,
        reads=("leads", "agencies"),
        defined=PART,
    )
    def lead_sources(self, given: Given) -> Given:
        period, agency = given["period"], given["vendor_code"]
        sources = lead_sources(period, agency)
        return {
            **period_document(period),
            "vendor_code": agency,
            "total": documents.total_document(source.figures for source in sources),
            "sources": [documents.source_document(source) for source in shortened(sources)],
        }

    @numbers(
        "Agents ranked by a metric",
        description=OF_ALL_ONLY,
        query=RankingQuery,
        answer=serializers.RankingSerializer,
        reads=("leads", "agents"),
        defined=(
            *PERIOD,
            "rank",
            "isCertain",
            "leads",
            "revenue",
            "cpa",
            "conversions",
            "conversionRate",
            "conversionInterval",
            "avgResponseMinutes",
        ),
    )
    def agents(self, given: Given) -> Given:
        metric = Metric(given["metric"])
        return {
            **period_document(given["period"]),
            "metric": metric,
            **documents.ranking_document(ranking(given["period"], metric)),
        }

    @numbers(
        "The agencies as publishers of leads",
        query=AgencyQuery,
        answer=serializers.PublishersSerializer,
        reads=("leads", "agencies"),
        defined=("publishers", *PART, "leadsThisMonth", "monthlyGoal", "goalProgress"),
    )
    def publishers(self, given: Given) -> Given:
        period, agency = given["period"], given["vendor_code"]
        found = publishers(period, agency)
        return {
            **period_document(period),
            "vendor_code": agency,
            "total": documents.total_document(publisher.figures for publisher in found),
            "publishers": [documents.publisher_document(publisher) for publisher in found],
        }

    @numbers(
        "Leads and revenue to come",
        query=AgencyQuery,
        description=HORIZONS_STAND,
        answer=serializers.PredictionsSerializer,
        reads=("forecasts", "leads", "agencies"),
        defined=("forecast", *FORECASTS),
    )
    def predictions(self, given: Given) -> Given:
        agency = given["vendor_code"]
        return {
            "asOf": timezone.now(),
            "vendor_code": agency,
            "leads": documents.prediction_document(latest_forecast(Series.LEADS, agency or "")),
            "revenue": documents.prediction_document(latest_forecast(Series.REVENUE, agency or "")),
        }

    @numbers(
        "How good leads are, and whether good ones convert",
        query=AgencyQuery,
        answer=serializers.QualitySerializer,
        reads=("leads", "agencies"),
        defined=(
            *PERIOD[:1],
            "leads",
            "avgQuality",
            "scores.share",
            "conversions",
            "conversionRate",
            "conversionInterval",
        ),
    )
    def lead_quality(self, given: Given) -> Given:
        period, agency = given["period"], given["vendor_code"]
        return {
            **period_document(period),
            "vendor_code": agency,
            **documents.quality_document(by_score(period, agency)),
        }

    @numbers(
        "Revenue along a period, smoothed, by weekday and added up",
        query=TrendQuery,
        answer=serializers.TrendSerializer,
        reads=("leads", "agencies"),
        defined=(*PERIOD, "leads", "revenue", "trend", "movingAverage", "cumulative", "weekdays"),
    )
    def revenue_trends(self, given: Given) -> Given:
        period, agency = given["period"], given["vendor_code"]
        trend = revenue_trend(period, agency=agency, granularity=given.get("granularity"))
        return {
            **period_document(period),
            "vendor_code": agency,
            **documents.trend_document(trend),
        }
