"""Shapes of reports for the API and its schema."""

from typing import Any

from rest_framework import serializers

from analytics.api.asking import AgencyQuery
from analytics.api.statistics.serializers import SameAgeSerializer
from analytics.models.reports import Audience, ReportFormat


class ExportQuery(AgencyQuery):
    """GET /reports/export."""

    explain: Any = None  # a file has no definitions
    format = serializers.ChoiceField(choices=ReportFormat.choices, default=ReportFormat.PDF)
    audience = serializers.ChoiceField(choices=Audience.choices, default=Audience.STAFF)


class ReportFiguresSerializer(serializers.Serializer[Any]):
    """Money is in dollars, rates are per cent of the leads; null where there are no leads."""

    leads = serializers.IntegerField()
    revenue = serializers.FloatField()
    cpa = serializers.FloatField(allow_null=True)
    conversions = serializers.IntegerField()
    conversionRate = serializers.FloatField(allow_null=True)
    returnRate = serializers.FloatField(allow_null=True)


class ReportRowSerializer(ReportFiguresSerializer):
    """One vendor, source, agent or state."""

    code = serializers.CharField(
        help_text="The agency's code, the campaign, the agent's address or the state; empty where it is not known, "
        "`*` for all beyond the first 500."
    )
    name = serializers.CharField()
    share = serializers.FloatField(allow_null=True, help_text="Per cent of the report's revenue.")


class DateRangeSerializer(serializers.Serializer[Any]):
    """Business days, both included."""

    start = serializers.DateField()
    end = serializers.DateField()
    timeZone = serializers.CharField()


class ChangeSerializer(serializers.Serializer[Any]):
    """Per cent against the period before, of the same length; null from zero."""

    totalLeads = serializers.FloatField(allow_null=True)
    totalRevenue = serializers.FloatField(allow_null=True)
    avgCPA = serializers.FloatField(allow_null=True)
    conversions = serializers.FloatField(allow_null=True)
    conversionRate = serializers.FloatField(allow_null=True)


class SameAgesSerializer(serializers.Serializer[Any]):
    """What still grows as leads are worked, against the leads of the previous period when they were as old."""

    totalRevenue = SameAgeSerializer()
    avgCPA = SameAgeSerializer()
    conversions = SameAgeSerializer()
    conversionRate = SameAgeSerializer()


class ReportSerializer(serializers.Serializer[Any]):
    """Tables are sorted by revenue, and each adds up to the totals."""

    period = serializers.CharField()
    dateRange = DateRangeSerializer()
    vendor_code = serializers.CharField(allow_null=True)
    totalLeads = serializers.IntegerField()
    totalRevenue = serializers.FloatField()
    avgCPA = serializers.FloatField(allow_null=True)
    conversions = serializers.IntegerField()
    conversionRate = serializers.FloatField(allow_null=True)
    returnRate = serializers.FloatField(allow_null=True)
    previous = ReportFiguresSerializer()
    change = ChangeSerializer()
    sameAge = SameAgesSerializer(allow_null=True, help_text="Null for a single agency: not known.")
    byVendor = ReportRowSerializer(many=True)
    bySource = ReportRowSerializer(many=True)
    byAgent = ReportRowSerializer(many=True)
    byState = ReportRowSerializer(many=True)
    asOf = serializers.DateTimeField()
    definitions = serializers.DictField(child=serializers.CharField(), required=False)
