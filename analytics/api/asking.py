"""What callers may ask of the numbers."""

from enum import StrEnum
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from agencies.models import Agency
from analytics.selectors.groups import By
from analytics.selectors.team import Metric
from crm.core.api.serializers import PlainCharField, StrictSerializer
from crm.core.exceptions import InvalidInput
from crm.core.periods import CUSTOM, DAYS, LONGEST, period_of

PERIODS = f"{', '.join(DAYS)} (that many days until today), {CUSTOM}, or a number of days up to {LONGEST:,}"


def one_of(choices: type[StrEnum], help_text: str, **options: Any) -> serializers.ChoiceField:
    """A field that names what it takes when it is given something else."""
    known = [one.value for one in choices]
    unknown: dict[str, Any] = {"invalid_choice": f"Unknown: {{input}}. Known: {', '.join(known)}."}
    return serializers.ChoiceField(
        choices=known, required=False, help_text=help_text, error_messages=unknown, **options
    )


class Fineness(StrEnum):
    """How long a point of a trend is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ExplainQuery(StrictSerializer):
    """Whether to explain the answer."""

    explain = serializers.BooleanField(
        required=False,
        help_text="true: with `definitions` of the numbers in the answer.",
        error_messages={"invalid": "One of true, false."},
    )


class PeriodQuery(ExplainQuery):
    """A period."""

    period = PlainCharField(required=False, max_length=20, help_text=f"{PERIODS}; by default month.")
    startDate = PlainCharField(  # noqa: N815 - the contract's name
        required=False, max_length=20, help_text="First day of a custom period."
    )
    endDate = PlainCharField(  # noqa: N815
        required=False, max_length=20, help_text="Its last day, not after today."
    )


class AgencyQuery(PeriodQuery):
    """A period of all agencies or of one."""

    vendor_code = PlainCharField(required=False, max_length=32, help_text="Only this agency's leads.")


class TrendQuery(AgencyQuery):
    """GET /admin/analytics/revenue-trends."""

    granularity = one_of(Fineness, "How long a point is; by default as the period is long.")


class FunnelQuery(AgencyQuery):
    """GET /admin/analytics/funnel."""

    by = one_of(By, "With `groups`, split by this; of a single agency by source only.")


class RankingQuery(PeriodQuery):
    """GET /admin/analytics/agents."""

    metric = one_of(Metric, "What to rank by.", default=Metric.REVENUE.value)


def asked(request: Request, query_class: type[ExplainQuery]) -> dict[str, Any]:
    """The query as `query_class` understands it: `period` is a Period, `agency` that of `vendor_code` or None.

    400 naming the parameter: unknown, twice, not of its kind, a bad period, no such agency.
    """
    given = understood(request, query_class)
    if issubclass(query_class, PeriodQuery):
        given["period"] = period_of(given)
    return {**given, "agency": _agency(given["vendor_code"])}


def understood(request: Request, query_class: type[ExplainQuery]) -> dict[str, Any]:
    """The parameters by themselves, cleaned: no statement. `vendor_code` is None where it is not given."""
    refuse_repeats(request)
    query = query_class(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    given = {"explain": False, "vendor_code": None, **query.validated_data}
    if given["vendor_code"]:
        given["vendor_code"] = given["vendor_code"].upper()  # as the addresses of agencies take it
    return given


def refuse_repeats(request: Request) -> None:
    """400 naming a parameter that is given twice: one of the two would be lost."""
    for name, values in request.query_params.lists():
        if len(values) > 1:
            sentence = f"Given {len(values)} times; give {name} once."
            raise InvalidInput(sentence, **{name: [sentence]})


def _agency(code: str | None) -> Agency | None:
    found = Agency.objects.filter(pk=code).first() if code else None
    if code and found is None:
        sentence = f"There is no agency with the code {code!r}; GET /api/agencies lists them."
        raise InvalidInput(sentence, vendor_code=[sentence])
    return found
