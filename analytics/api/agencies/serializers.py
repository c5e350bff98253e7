"""Shapes of agencies with their numbers, for the API's schema."""

from typing import Any

from rest_framework import serializers

from agencies.api.serializers import AgencySerializer
from agencies.choices import AgencyStatus
from analytics.api.analytics.serializers import ExitSerializer
from analytics.api.statistics.serializers import (
    BoundsSerializer,
    ForecastIntervalSerializer,
    PeriodAnswerSerializer,
    StageSerializer,
)
from analytics.models.grade import Grade
from analytics.selectors.agencies.grading import WEIGHTS

Shape = serializers.Serializer[Any]


class WindowSerializer(BoundsSerializer):
    """Business days, both included."""

    days = serializers.IntegerField()


class PaceSerializer(Shape):
    """Where the month is heading; null without a goal, with less than four weeks of leads, while paused."""

    projected = serializers.IntegerField(help_text="Leads at the month's end, as the last four weeks went.")
    chance = serializers.FloatField(help_text="Of reaching the goal, per cent.")


class CampaignRoiSerializer(Shape):
    """One of the five campaigns with most revenue."""

    campaign = serializers.CharField(allow_blank=True, help_text="As the leads have it; empty where none.")
    name = serializers.CharField(help_text='For people: the campaign, or "(no campaign)".')
    leads = serializers.IntegerField()
    revenue = serializers.FloatField()
    cost = serializers.FloatField()
    roi = serializers.FloatField(allow_null=True, help_text="Per cent; null without costs.")


class GradePartSerializer(Shape):
    """One part of the score; 50 is as expected."""

    name = serializers.ChoiceField(choices=list(WEIGHTS))
    weight = serializers.IntegerField()
    grade = serializers.ChoiceField(choices=Grade.choices)
    score = serializers.FloatField()
    interval = ForecastIntervalSerializer(required=False, help_text="With explain.")
    inputs = serializers.DictField(required=False, help_text="With explain.")


class GradeSerializer(Shape):
    """How the grade came about, as it was made at `asOf`."""

    grade = serializers.ChoiceField(
        choices=Grade.choices, allow_null=True, help_text="Null with too few leads."
    )
    score = serializers.FloatField(
        allow_null=True, help_text="0 to 100; 50 is as expected. Null for vendors."
    )
    interval = ForecastIntervalSerializer(allow_null=True, help_text="Null for vendors.")
    gradeRange = serializers.CharField(allow_null=True, help_text="The letters in the interval, as B-D.")
    certainty = serializers.ChoiceField(choices=["high", "medium", "low"], allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="Why there is no grade.")
    parts = GradePartSerializer(many=True, help_text="Empty for vendors.")
    day = serializers.DateField()
    asOf = serializers.DateTimeField()
    version = serializers.IntegerField(help_text="Of the rules.")
    rules = serializers.DictField(required=False, help_text="With explain, for staff.")


class DayLeadsSerializer(Shape):
    """A business day."""

    date = serializers.DateField()
    leads = serializers.IntegerField()


class VolumeTrendSerializer(Shape):
    """Whether leads a day rise or fall."""

    direction = serializers.ChoiceField(choices=["up", "flat", "down"])
    slope = serializers.FloatField(help_text="Leads a day, a week.")
    p = serializers.FloatField(allow_null=True, help_text="Of the test that there is no trend.")
    days = serializers.IntegerField(help_text="Whole days that the test looked at, until yesterday.")
    daily = DayLeadsSerializer(many=True, help_text="The last 30 whole days, until yesterday.")


class PerformanceSerializer(Shape):
    """The last 90 days, today among them. Null for vendors: revenue, avgCPA, campaignROI."""

    window = WindowSerializer()
    leads = serializers.IntegerField()
    leadsThisMonth = serializers.IntegerField()
    monthlyGoal = serializers.IntegerField()
    goalProgress = serializers.FloatField(allow_null=True, help_text="Per cent.")
    goalPace = PaceSerializer(allow_null=True)
    revenue = serializers.FloatField(allow_null=True)
    avgCPA = serializers.FloatField(allow_null=True)
    topCampaign = serializers.CharField(
        allow_null=True,
        help_text="The one with most conversions, by its name: (no campaign) of leads without one.",
    )
    campaignROI = CampaignRoiSerializer(many=True, allow_null=True)
    conversionRate = serializers.FloatField(allow_null=True)
    returnRate = serializers.FloatField(allow_null=True)
    grade = serializers.ChoiceField(choices=Grade.choices, allow_null=True)
    gradeDetail = GradeSerializer(allow_null=True)
    trend = VolumeTrendSerializer()


class LeadsLinkSerializer(Shape):
    """The request that lists the leads behind it."""

    method = serializers.ChoiceField(choices=["GET", "POST"])
    path = serializers.CharField()
    body = serializers.DictField(required=False)


class FindingSerializer(Shape):
    """What stands out; `figures` are named as in the text."""

    code = serializers.CharField(help_text="The rule.")
    text = serializers.CharField()
    figures = serializers.DictField()
    link = LeadsLinkSerializer(allow_null=True)
    test = serializers.DictField(required=False, help_text="How sure it is; for staff.")


class RecommendationSerializer(Shape):
    """What to do about the strength or opportunity of the same code."""

    code = serializers.CharField()
    text = serializers.CharField()
    figures = serializers.DictField()


class AgencyInsightsSerializer(Shape):
    """What stands out about an agency; empty where nothing does."""

    strengths = FindingSerializer(many=True)
    opportunities = FindingSerializer(many=True)
    recommendations = RecommendationSerializer(many=True)


class AgencyWithNumbersSerializer(AgencySerializer):
    """An agency, how it does, and what stands out."""

    performance = PerformanceSerializer(read_only=True)
    insights = AgencyInsightsSerializer(read_only=True)
    definitions = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="With explain."
    )

    class Meta(AgencySerializer.Meta):
        fields = [*AgencySerializer.Meta.fields, "performance", "insights", "definitions"]


class AgencyTotalsSerializer(Shape):
    """A period's numbers. Null for vendors: revenue, cpa, cost, costKnown, roi, avgResponseMinutes."""

    leads = serializers.IntegerField(allow_null=True)
    revenue = serializers.FloatField(allow_null=True)
    conversions = serializers.IntegerField(allow_null=True)
    conversionRate = serializers.FloatField(allow_null=True)
    cpa = serializers.FloatField(allow_null=True)
    returnRate = serializers.FloatField(allow_null=True)
    avgQuality = serializers.FloatField(allow_null=True)
    avgResponseMinutes = serializers.FloatField(allow_null=True)
    cost = serializers.FloatField(allow_null=True)
    costKnown = serializers.FloatField(allow_null=True)
    roi = serializers.FloatField(allow_null=True)


class AgencyChangesSerializer(Shape):
    """Per cent against the period before; null from zero."""

    def get_fields(self) -> dict[str, Any]:
        return {
            name: serializers.FloatField(allow_null=True) for name in AgencyTotalsSerializer().get_fields()
        }


class AgencyCampaignSerializer(AgencyTotalsSerializer):
    """A campaign, those with most conversions first; they add up to the totals."""

    campaign = serializers.CharField(
        allow_blank=True,
        help_text="As the leads have it; empty where none; `*` of all beyond the first 499 where there are more than 500.",
    )
    name = serializers.CharField(help_text='For people: the campaign, "(no campaign)", or "12 others".')
    change = AgencyChangesSerializer()


class DayFiguresSerializer(DayLeadsSerializer):
    """A business day in numbers."""

    conversions = serializers.IntegerField()
    revenue = serializers.FloatField(allow_null=True, help_text="Null for vendors.")


class AgencyFunnelSerializer(Shape):
    """How far the period's leads got."""

    leads = serializers.IntegerField()
    stages = StageSerializer(many=True)
    exits = ExitSerializer(many=True)


class GoalSerializer(Shape):
    """This calendar month, whatever the period."""

    monthlyGoal = serializers.IntegerField()
    leadsThisMonth = serializers.IntegerField()
    goalProgress = serializers.FloatField(allow_null=True)
    goalPace = PaceSerializer(allow_null=True)


class DayGradeSerializer(Shape):
    """The grade of a business day."""

    day = serializers.DateField()
    grade = serializers.ChoiceField(choices=Grade.choices, allow_null=True)
    score = serializers.FloatField(allow_null=True, help_text="Null for vendors.")
    version = serializers.IntegerField()


class NamedAgencySerializer(Shape):
    """Which agency."""

    code = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=AgencyStatus.choices)
    goal = serializers.IntegerField()


class AgencyStatsSerializer(PeriodAnswerSerializer):
    """An agency over a period."""

    agency = NamedAgencySerializer()
    totals = AgencyTotalsSerializer()
    previous = AgencyTotalsSerializer()
    change = AgencyChangesSerializer()
    campaigns = AgencyCampaignSerializer(many=True)
    daily = DayFiguresSerializer(many=True)
    funnel = AgencyFunnelSerializer()
    goal = GoalSerializer()
    grade = serializers.ChoiceField(choices=Grade.choices, allow_null=True)
    gradeDetail = GradeSerializer(allow_null=True)
    gradeHistory = DayGradeSerializer(many=True, help_text="Days of the period, oldest first.")
    insights = AgencyInsightsSerializer()
