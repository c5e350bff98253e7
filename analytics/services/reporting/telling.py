"""Numbers and dates of a report as a person reads them, and the few that stand on its first page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analytics.choices import Series
from analytics.definitions import DEFINITIONS
from analytics.models.reports import Audience
from analytics.selectors.comparing import Compared, change
from analytics.selectors.figures import Figures
from analytics.selectors.forecasts import RIPE_AFTER
from analytics.selectors.reports import ReportSummary
from analytics.services.reporting.tables import Kind, Value
from crm.core.clock import business_day, business_zone

NONE = "\N{EN DASH}"
ALL_AGENCIES = "All agencies"
TITLE = "Lead report"
YOUNG = "Many of these leads are still being worked; those had longer to sign."
UNTIL_NOW = " until the same time of day"
SAME_AGE = "Revenue, CPA and conversions are compared with what those leads had brought when they were as old as these."


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number of the whole report beside the one of the period before, or beside what that was `of_same_age`."""

    name: str
    title: str
    kind: Kind
    value: Value
    before: Value
    is_more_better: bool | None
    of_same_age: Value = None

    @property
    def against(self) -> Value:
        """What changes are against."""
        return self.before if self.of_same_age is None else self.of_same_age

    @property
    def change(self) -> float | None:
        """In per cent of what it is against."""
        return change(self.value, self.against)

    @property
    def points(self) -> float | None:
        """By how many percentage points a rate moved."""
        if self.value is None or self.against is None:
            return None
        return round(float(self.value) - float(self.against), 1)

    @property
    def is_better(self) -> bool | None:
        """Whether the change is good news; None where it is neither."""
        if not self.change or self.is_more_better is None:
            return None
        return (self.change > 0) == self.is_more_better


Taken = tuple[str, str, Kind, Callable[[Figures], Value], bool | None, bool]
KEY_NUMBERS: tuple[Taken, ...] = (
    ("leads", "Leads", "count", lambda one: one.leads, True, True),
    ("revenue", "Revenue", "money", lambda one: one.revenue, True, False),
    ("cpa", "CPA", "money", lambda one: one.cpa, None, False),
    ("conversions", "Conversions", "count", lambda one: one.conversions, True, True),
    ("conversion_rate", "Conversion rate", "percent", lambda one: one.conversion_rate, True, True),
    ("return_rate", "Return rate", "percent", lambda one: one.return_rate, False, True),
)


def key_numbers(summary: ReportSummary, audience: Audience) -> list[KeyNumber]:
    """What stands on the first page for these readers."""
    same_age = {name: one.previous for name, one in compared_at_same_age(summary).items()}
    return [
        KeyNumber(
            name,
            title,
            kind,
            take(summary.total),
            take(summary.previous),
            is_more_better,
            same_age.get(DEFINED.get(name, name)),
        )
        for name, title, kind, take, is_more_better, for_agency in KEY_NUMBERS
        if for_agency or audience == Audience.STAFF
    ]


def compared_at_same_age(summary: ReportSummary) -> Mapping[str, Compared]:
    """What is compared with leads of the same age: what is known of them, while these leads are being worked."""
    return summary.of_same_age if _is_young(summary) else {}


DEFINED = {"conversion_rate": "conversionRate", "return_rate": "returnRate"}
"""Numbers that `analytics.definitions` knows by another name."""


def definitions_for(summary: ReportSummary, audience: Audience) -> dict[str, str]:
    """What each number on the first page means."""
    return {
        one.title: DEFINITIONS[DEFINED.get(one.name, one.name)].replace("`", "")
        for one in key_numbers(summary, audience)
    }


def told(value: Value, kind: Kind) -> str:
    """A number with its unit."""
    if value is None:
        return NONE
    if kind == "money":
        return f"{'-' if value < 0 else ''}${abs(value):,.2f}"
    return f"{value:,.1f} %" if kind == "percent" else f"{value:,}"


def told_change(one: KeyNumber) -> str | None:
    """The change with its sign, of a rate in percentage points."""
    if one.kind == "percent":
        return None if one.points is None else f"{one.points:+.1f} points"
    return None if one.change is None else f"{one.change:+,.1f} %"


def subject_of(summary: ReportSummary) -> str:
    """Whose leads they are."""
    return summary.agency.name if summary.agency else ALL_AGENCIES


def told_period(summary: ReportSummary) -> str:
    """The days covered, as "Nov 1 to Nov 21, 2026"."""
    return told_days(summary.period.start, summary.period.end)


def told_days(start: date, end: date) -> str:
    """Days from `start` to `end`, both included."""
    if start == end:
        return _day(end)
    return f"{_day(start) if start.year != end.year else f'{start:%b} {start.day}'} to {_day(end)}"


def told_comparison(summary: ReportSummary) -> str:
    """What changes are against, and where that is unfair: leads still grow in worth and conversions for weeks."""
    against = f"Changes are against {told_before(summary)}, as many days right before."
    if summary.is_empty or not _is_young(summary):
        return against
    return f"{against} {SAME_AGE if summary.of_same_age else YOUNG}"


def told_before(summary: ReportSummary) -> str:
    """The days of the period before; where that is cut short as this one is, with what is left of its last day."""
    before = summary.period.previous()
    return f"{told_days(before.start, before.end)}{UNTIL_NOW if before.is_running else ''}"


def told_moment(at: datetime) -> str:
    """A moment on the business's clock."""
    local = at.astimezone(business_zone())
    return f"{_day(local.date())}, {local:%H:%M} {local:%Z}"


def _is_young(summary: ReportSummary) -> bool:
    """Whether many of its leads are still being worked."""
    age = business_day(summary.generated_at) - summary.period.end
    return age < timedelta(days=RIPE_AFTER[Series.REVENUE])


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
