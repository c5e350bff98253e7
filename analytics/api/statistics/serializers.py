"""The shape of GET /admin/stats for the schema, and what other answers share with it. `documents` fills it."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from leads.choices import STAGES


def count(help_text: str = "") -> serializers.IntegerField:
    """A number of things."""
    return serializers.IntegerField(min_value=0, help_text=help_text)


def money(help_text: str = "", **options: Any) -> serializers.FloatField:
    """US dollars with cents."""
    return serializers.FloatField(help_text=f"{help_text} US dollars.".strip(), **options)


def rate(help_text: str = "") -> serializers.FloatField:
    """Per cent, or null."""
    return serializers.FloatField(allow_null=True, help_text=f"{help_text} Per cent, one decimal.".strip())


def mean(help_text: str) -> serializers.FloatField:
    """An average, or null."""
    return serializers.FloatField(allow_null=True, help_text=help_text)


def change() -> serializers.FloatField:
    """Against the period before."""
    return rate("Against the period before; null from zero.")


class BoundsSerializer(serializers.Serializer[Any]):
    """First and last day, both included."""

    start = serializers.DateField()
    end = serializers.DateField()


class PeriodSerializer(BoundsSerializer):
    """Business days."""

    name = serializers.CharField(help_text="As asked: a word, custom, or a number of days.")
    days = count()
    timeZone = serializers.CharField(help_text="Whose midnights end the days.")
    previous = BoundsSerializer(help_text="What changes are against.")


class AnswerSerializer(serializers.Serializer[Any]):
    """What every answer has."""

    asOf = serializers.DateTimeField(help_text="When the numbers were read.")
    definitions = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="With explain=true: each number's name to what it means.",
    )


class PeriodAnswerSerializer(AnswerSerializer):
    """What every answer about a period has."""

    period = PeriodSerializer()


class ForecastIntervalSerializer(serializers.Serializer[Any]):
    """Per cent."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class ComparedSerializer(serializers.Serializer[Any]):
    """A number beside that of the period before; null where there is nothing to take it of."""

    value = serializers.FloatField(allow_null=True)
    previous = serializers.FloatField(allow_null=True)
    change = change()


class StageSerializer(serializers.Serializer[Any]):
    """One stage of the way forward."""

    stage = serializers.ChoiceField(choices=[one.value for one in STAGES])
    reached = count("Leads that ever got there or further.")
    share = rate("Reached, of all leads.")
    fromPrevious = rate("Reached, of those that reached the stage before.")
    standing = count("Leads that stand there now.")


class TotalSerializer(serializers.Serializer[Any]):
    """Leads of the period."""

    total = count()
    change = change()


class TrendPointSerializer(serializers.Serializer[Any]):
    """One bucket of the trend."""

    date = serializers.CharField(
        help_text="Its beginning: an hour with its offset, a day, a week's Monday, or 2026-01."
    )
    value = money("Revenue.")
    leads = count()


class SumIntervalSerializer(serializers.Serializer[Any]):
    """Between what a sum lies in four of five cases."""

    lower = serializers.FloatField()
    upper = serializers.FloatField()


class ForecastSerializer(serializers.Serializer[Any]):
    """The newest forecast; null where there is nothing to forecast from."""

    next7 = mean("The next 7 days together.")
    next30 = mean("The next 30 days.")
    next90 = mean("The next 90 days.")
    lower = mean("What the next 30 days are not below, with 80 % certainty if there is a backtest,")
    upper = mean("and not above this.")
    intervals = serializers.DictField(
        child=SumIntervalSerializer(), help_text="The same of 7, 30 and 90 days."
    )
    method = serializers.CharField(allow_null=True, help_text="Chosen by the backtest.")
    backtestError = rate("How far its forecasts of 30 days were off in the backtest (WAPE).")
    madeAt = serializers.DateTimeField(allow_null=True)
    madeFor = serializers.DateField(allow_null=True, help_text="Its first day.")
    basis = serializers.CharField(allow_blank=True, help_text="What is forecast.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it is not better than it is.")


class SameAgeSerializer(serializers.Serializer[Any]):
    """The leads of the previous period when they were as old as these are now."""

    previous = mean("The number then.")
    change = rate("Against it.")


class RevenueSerializer(serializers.Serializer[Any]):
    """Revenue of the period."""

    total = money()
    change = change()
    sameAge = SameAgeSerializer()
    trend = TrendPointSerializer(many=True)
    forecast = ForecastSerializer()


class ShortSerializer(serializers.Serializer[Any]):
    """The leads of a part."""

    leads = count()
    revenue = money()
    cpa = mean("Revenue / leads. US dollars.")


class NamedShortSerializer(ShortSerializer):
    """The leads of a campaign."""

    name = serializers.CharField(help_text='For people: the campaign, or "(no campaign)".')


class CpaSerializer(serializers.Serializer[Any]):
    """Revenue by lead."""

    average = mean("US dollars.")
    change = change()
    breakdown = serializers.DictField(
        child=NamedShortSerializer(),
        help_text="By campaign_source of all agencies as the leads have it, '' of those without one; most revenue "
        "first; `*` of all beyond the first 499 where there are more than 500; sums to the total.",
    )


class PersonSerializer(serializers.Serializer[Any]):
    """Who holds leads."""

    agent_id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()
    status = serializers.ChoiceField(
        choices=["active", "inactive"], help_text="inactive: deactivated, or no agent any more."
    )


class PerformerSerializer(PersonSerializer):
    """One of the best by revenue."""

    leads = count("Leads of the period that they hold.")
    conversions = count()
    revenue = money()
    conversionRate = rate()
    performanceScore = mean("0 to 100, 50 is as the team; of 90 days, as GET /agents has it.")


class TeamSerializer(serializers.Serializer[Any]):
    """The agents, now."""

    total = count("Agents whose accounts are open.")
    online = count("Those whose availability is active.")
    offline = count()
    utilization = serializers.FloatField(help_text="Open leads they hold / places they have, per cent.")
    topPerformers = PerformerSerializer(many=True)


class VelocitySerializer(serializers.Serializer[Any]):
    """Days from creation to conversion; null without conversions."""

    conversions = count()
    meanDays = mean("Days.")
    medianDays = mean("Days.")
    p90Days = mean("Days that nine of ten conversions took at most.")


class ConversionSerializer(serializers.Serializer[Any]):
    """Who became a client."""

    rate = rate("Conversions / leads.")
    change = change()
    sameAge = SameAgeSerializer()
    funnel = StageSerializer(many=True)
    velocity = VelocitySerializer()


@extend_schema_serializer(many=False)  # the whole answer, not one of a list
class StatisticsSerializer(PeriodAnswerSerializer):
    """GET /admin/stats."""

    leads = TotalSerializer()
    revenue = RevenueSerializer()
    cpa = CpaSerializer()
    agents = TeamSerializer()
    conversion = ConversionSerializer()
