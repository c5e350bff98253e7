"""What an address of the page asks for; what it asks wrongly is told, and the default shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from agencies.models import Agency
from analytics.selectors.team import Metric
from crm.core.admin.base import NUL, told_refusal
from crm.core.exceptions import DomainError
from crm.core.periods import CUSTOM, Period, period_of

PRESETS: Final = {
    "today": "Today",
    "week": "7 days",
    "month": "30 days",
    "quarter": "90 days",
    "year": "365 days",
}
DEFAULT: Final = "month"
PERIOD = ("period", "startDate", "endDate")
FIELDS: Final = {"startDate": '"From"', "endDate": '"to"'}
"""Of parameters, as the page's form calls them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, an agency's code or None for all, and what agents are ranked by. `typed` are days that cannot be."""

    period: Period
    agency: str | None
    metric: Metric
    agencies: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    typed: tuple[str, str] | None = None

    @property
    def days_in_form(self) -> tuple[str, str]:
        """First and last day: those shown, or what was typed in vain."""
        return self.typed or (self.period.start.isoformat(), self.period.end.isoformat())

    @property
    def agency_name(self) -> str:
        return self.agencies[self.agency] if self.agency else "All agencies"

    @property
    def dates(self) -> dict[str, str]:
        """The parameters that say the period."""
        if self.period.name != CUSTOM:
            return {"period": self.period.name}
        return {
            "period": CUSTOM,
            "startDate": self.period.start.isoformat(),
            "endDate": self.period.end.isoformat(),
        }

    @property
    def query(self) -> str:
        """The period and the agency, for addresses."""
        return urlencode(self.dates | self.of_agency)

    @property
    def of_agency(self) -> dict[str, str]:
        """The parameter that says the agency."""
        return {"vendor_code": self.agency} if self.agency else {}

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """Each period to choose: its title, its address, whether it is the one shown."""
        return [
            (title, f"?{urlencode({'period': name} | self.of_agency)}", name == self.period.name)
            for name, title in PRESETS.items()
        ]

    @property
    def metrics(self) -> list[tuple[str, str, bool]]:
        """Each way of ranking agents, likewise."""
        return [
            (one.value.capitalize(), f"?{self.query}&metric={one.value}#agents-title", one == self.metric)
            for one in Metric
        ]


def read_query(given: Mapping[str, str]) -> Asked:
    """One statement: the agencies to choose from."""
    agencies = dict(Agency.objects.values_list("code", "name"))
    problems: list[str] = []
    period = _period(given, problems)
    is_refused = bool(problems) and bool(given.get("startDate") or given.get("endDate"))
    return Asked(
        period=period,
        agency=_agency(given.get("vendor_code", ""), agencies, problems),
        metric=_metric(given.get("metric", ""), problems),
        agencies=agencies,
        problems=problems,
        typed=(given.get("startDate", ""), given.get("endDate", "")) if is_refused else None,
    )


def _period(given: Mapping[str, str], problems: list[str]) -> Period:
    try:
        return period_of({name: given.get(name, "").replace(NUL, "?") for name in PERIOD}, default=DEFAULT)
    except DomainError as refusal:
        told = told_refusal(refusal)
        for name, called in FIELDS.items():
            told = told.replace(name, called)
        problems.append(f"{told} These are the last 30 days.")
        return period_of({}, default=DEFAULT)


def _agency(code: str, agencies: Mapping[str, str], problems: list[str]) -> str | None:
    code = code.strip().upper()
    if code and code not in agencies:
        problems.append(f"There is no agency with the code {code[:40]!r}. These are all agencies.")
        return None
    return code or None


def _metric(word: str, problems: list[str]) -> Metric:
    if word and word not in set(Metric):
        problems.append(f"Agents are ranked by one of {', '.join(Metric)}. This is by {Metric.REVENUE}.")
        return Metric.REVENUE
    return Metric(word) if word else Metric.REVENUE
