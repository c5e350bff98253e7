"""Shapes of /admin/analytics and its children for the schema. `documents` fills them."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from agencies.choices import AgencyStatus
from analytics.api.asking import Fineness
from analytics.api.statistics.serializers import (
    AnswerSerializer,
    ComparedSerializer,
    ForecastIntervalSerializer,
    ForecastSerializer,
    PeriodAnswerSerializer,
    PersonSerializer,
    ShortSerializer,
    StageSerializer,
    count,
    mean,
    money,
    rate,
)
from analytics.selectors.kpis import KPIS
from analytics.selectors.team import Metric
from leads.choices import WAYS_OUT

GRANULARITIES = ["hour", "day", "week", "month"]


def shape(name: str, of: dict[str, Any], doc: str) -> type[serializers.Serializer[Any]]:
    """A serializer class of these fields: for shapes whose field names DRF's classes have taken themselves."""
    return type(name, (serializers.Serializer,), {"__doc__": doc, "__module__": __name__, **of})


class ExitSerializer(serializers.Serializer[Any]):
    """One way out."""

    disposition = serializers.ChoiceField(choices=[one.value for one in WAYS_OUT])
    leads = count("Leads that stand there now.")
    share = rate("Of all leads.")


class InsightSerializer(serializers.Serializer[Any]):
    """A finding in short."""

    id = serializers.UUIDField()
    code = serializers.CharField(help_text="The rule that found it.")
    severity = serializers.ChoiceField(choices=["info", "warning", "critical"])
    title = serializers.CharField()
    text = serializers.CharField()
    link = serializers.DictField(allow_null=True, help_text="The very leads behind it.")


class ArraysSerializer(serializers.Serializer[Any]):
    """Arrays of one length, without gaps."""

    labels = serializers.ListField(
        child=serializers.CharField(),
        help_text="Beginnings: hours with their offset, days, weeks' Mondays, or months as 2026-01.",
    )
    leads = serializers.ListField(child=count())
    revenue = serializers.ListField(child=money())


@extend_schema_serializer(many=False)
class AnalyticsSerializer(PeriodAnswerSerializer, ArraysSerializer):
    """GET /admin/analytics."""

    granularity = serializers.ChoiceField(choices=GRANULARITIES)
    vendor_code = serializers.CharField(allow_null=True)
    conversions = serializers.ListField(child=count())
    insights = InsightSerializer(many=True, help_text="The newest, most pressing first.")


KpiSetSerializer = shape(
    "KpiSetSerializer", {name: ComparedSerializer() for name in KPIS}, "Each number beside the one before."
)


@extend_schema_serializer(many=False)
class KpisSerializer(PeriodAnswerSerializer):
    """GET /admin/analytics/kpis."""

    vendor_code = serializers.CharField(allow_null=True)
    kpis = KpiSetSerializer()


class GroupSerializer(serializers.Serializer[Any]):
    """One part's way forward."""

    key = serializers.CharField(
        allow_blank=True,
        help_text="Agency's code, campaign, agent's address or state; empty where there is none; `*` of all beyond the "
        "first 499 where there are more than 500.",
    )
    name = serializers.CharField(
        help_text="For people, never empty: (no campaign), Unassigned and Unknown where `key` is."
    )
    leads = count()
    conversions = count()
    conversionRate = rate()
    stages = StageSerializer(many=True)


@extend_schema_serializer(many=False)
class FunnelSerializer(PeriodAnswerSerializer):
    """GET /admin/analytics/funnel."""

    vendor_code = serializers.CharField(allow_null=True)
    leads = count()
    stages = StageSerializer(many=True)
    exits = ExitSerializer(many=True, help_text="With the stages' `standing` they sum to all leads.")
    groups = GroupSerializer(many=True, required=False, help_text="With `by`: most leads first.")


class FiguresSerializer(ShortSerializer):
    """The figures of a part."""

    cost = money()
    roi = rate("(Revenue - cost) / cost.")
    conversions = count()
    conversionRate = rate()
    conversionInterval = ForecastIntervalSerializer(allow_null=True, help_text="At 95 % (Wilson).")
    returnRate = rate()
    avgQuality = mean("1 to 10.")


class PartSerializer(FiguresSerializer):
    """A part of all."""

    share = rate("Of all revenue.")
    change = rate("Of leads, against the period before.")
    vendor_code = serializers.CharField()
    agency = serializers.CharField(help_text="Its name.")


class SourceSerializer(PartSerializer):
    """A campaign of an agency."""

    campaign = serializers.CharField(
        allow_blank=True,
        help_text="As the leads have it; empty where none. More than 500 rows end in one for the others: `*`, and the "
        "same as vendor_code.",
    )
    name = serializers.CharField(help_text='For people: the campaign, "(no campaign)", or "12 others".')


@extend_schema_serializer(many=False)
class SourcesSerializer(PeriodAnswerSerializer):
    """GET /admin/analytics/lead-sources."""

    vendor_code = serializers.CharField(allow_null=True)
    total = FiguresSerializer()
    sources = SourceSerializer(many=True, help_text="Most revenue first; they sum to the total.")


class PublisherSerializer(PartSerializer):
    """An agency as the publisher of its leads."""

    status = serializers.ChoiceField(choices=AgencyStatus.choices)
    leadsThisMonth = count("In the calendar month so far.")
    monthlyGoal = count()
    goalProgress = rate("Of the month's goal.")


@extend_schema_serializer(many=False)
class PublishersSerializer(PeriodAnswerSerializer):
    """GET /admin/analytics/publishers."""

    vendor_code = serializers.CharField(allow_null=True)
    total = FiguresSerializer()
    publishers = PublisherSerializer(many=True, help_text="Most revenue first; they sum to the total.")


class RankedSerializer(PersonSerializer, ComparedSerializer):
    """An agent's place."""

    rank = count()
    isCertain = serializers.BooleanField(
        help_text="Whether there are enough leads for a rate; those without come last."
    )
    leads = count()
    revenue = money()
    conversions = count()
    conversionRate = rate()
    conversionInterval = ForecastIntervalSerializer(allow_null=True, help_text="At 95 % (Wilson).")
    avgResponseMinutes = mean("Minutes from assignment to first contact.")


class LeadsOfNobodySerializer(ShortSerializer):
    """Leads that nobody holds."""

    name = serializers.CharField(help_text="For people: Unassigned.")
    conversions = count()


@extend_schema_serializer(many=False)
class RankingSerializer(PeriodAnswerSerializer):
    """GET /admin/analytics/agents."""

    metric = serializers.ChoiceField(choices=[one.value for one in Metric])
    agents = RankedSerializer(many=True, help_text="Best first; with `unassigned` they sum to the total.")
    unassigned = LeadsOfNobodySerializer()


class PredictionSerializer(ForecastSerializer):
    """A forecast in full: the rest of it as docs/forecast.md describes it, null until the day's forecast is made."""

    level = mean("Certainty of the intervals, per cent.")
    history = serializers.DictField(allow_null=True, help_text="What it was made from.")
    path = serializers.ListField(
        child=serializers.DictField(), allow_null=True, help_text="90 days: date, value, lower, upper."
    )
    backtest = serializers.DictField(
        allow_null=True, help_text="Every method's error at each horizon, and how often intervals held."
    )
    recent = serializers.DictField(
        allow_null=True, help_text="The last 30 days as known and as they will be once ripe."
    )
    maturity = serializers.DictField(
        allow_null=True, help_text="How much of its final revenue a day has at an age; revenue only."
    )


@extend_schema_serializer(many=False)
class PredictionsSerializer(AnswerSerializer):
    """GET /admin/analytics/predictions."""

    vendor_code = serializers.CharField(allow_null=True)
    leads = PredictionSerializer()
    revenue = PredictionSerializer()


class ScoreSerializer(serializers.Serializer[Any]):
    """The leads of one quality score."""

    score = serializers.IntegerField(min_value=1, max_value=10)
    leads = count()
    share = rate("Of all leads.")
    conversions = count()
    conversionRate = rate()
    conversionInterval = ForecastIntervalSerializer(allow_null=True, help_text="At 95 % (Wilson).")


@extend_schema_serializer(many=False)
class QualitySerializer(PeriodAnswerSerializer):
    """GET /admin/analytics/lead-quality."""

    vendor_code = serializers.CharField(allow_null=True)
    leads = count()
    conversions = count()
    conversionRate = rate()
    avgQuality = mean("1 to 10.")
    scores = ScoreSerializer(many=True, help_text="Every score from 1 to 10.")


class WeekdaySerializer(serializers.Serializer[Any]):
    """The mean of a weekday; null where the period has no whole one."""

    weekday = serializers.CharField()
    days = count()
    leads = mean("A day.")
    revenue = mean("A day. US dollars.")
    index = mean("Revenue against the mean day's: 100 is the same.")


class TrendTotalSerializer(serializers.Serializer[Any]):
    """The whole period."""

    leads = ComparedSerializer()
    revenue = ComparedSerializer()


@extend_schema_serializer(many=False)
class TrendSerializer(PeriodAnswerSerializer, ArraysSerializer):
    """GET /admin/analytics/revenue-trends."""

    granularity = serializers.ChoiceField(choices=[one.value for one in Fineness])
    vendor_code = serializers.CharField(allow_null=True)
    movingAverage = serializers.ListField(
        child=money(), help_text="Of a day, over the 7 days that end with the bucket."
    )
    cumulative = serializers.ListField(child=money(), help_text="Since the period's first day.")
    previousCumulative = serializers.ListField(
        child=money(), help_text="Of the period before, after as many days."
    )
    weekdays = WeekdaySerializer(many=True)
    total = TrendTotalSerializer()
