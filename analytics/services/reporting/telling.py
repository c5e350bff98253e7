"""Numbers and dates of a report as a person reads them, and the few that stand on its first page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from analytics.definitions import DEFINITIONS
from analytics.models.reports import Audience
from analytics.selectors.comparing import Compared
from analytics.selectors.figures import Figures
from analytics.selectors.judging import Judged, is_young, judged
from analytics.selectors.reports import ReportSummary
from analytics.services.reporting.tables import Kind, Value
from crm.core.clock import business_day, business_zone

NONE = "\N{EN DASH}"
ALL_AGENCIES = "All agencies"
TITLE = "Lead report"
YOUNG = "Many of these leads are still being worked; those had longer to sign and to be returned."
UNTIL_NOW = " until the same time of day"
SAME_AGE = (
    "Revenue, CPA, conversions and their rate are compared with what those leads had brought when they were as old as these; "
    "the return rate with that of older leads, which had longer to be returned."
)


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number of the whole report; `before` is the one of the period before, `judged` has what its change is against."""

    name: str
    title: str
    kind: Kind
    value: Value
    before: Value
    judged: Judged

    @property
    def of_same_age(self) -> Value:
        """What leads of the same age had brought, where that is known."""
        return self.judged.previous if self.judged.is_of_same_age else None

    @property
    def points(self) -> float | None:
        """By how many percentage points a rate moved."""
        if self.value is None or self.judged.previous is None:
            return None
        return round(float(self.value) - float(self.judged.previous), 1)


Taken = tuple[str, str, Kind, Callable[[Figures], Value], bool]
KEY_NUMBERS: tuple[Taken, ...] = (
    ("leads", "Leads", "count", lambda one: one.leads, True),
    ("revenue", "Revenue", "money", lambda one: one.revenue, False),
    ("cpa", "CPA", "money", lambda one: one.cpa, False),
    ("conversions", "Conversions", "count", lambda one: one.conversions, True),
    ("conversionRate", "Conversion rate", "percent", lambda one: one.conversion_rate, True),
    ("returnRate", "Return rate", "percent", lambda one: one.return_rate, True),
)
"""By the names of `analytics.definitions`, with whether an agency gets to see them."""


def key_numbers(summary: ReportSummary, audience: Audience) -> list[KeyNumber]:
    """What stands on the first page for these readers."""
    same_age, young = compared_at_same_age(summary), _is_young(summary)
    return [
        KeyNumber(
            name,
            title,
            kind,
            value=(value := take(summary.total)),
            before=(before := take(summary.previous)),
            judged=judged(name, Compared(value, before), same_age.get(name), is_young=young),
        )
        for name, title, kind, take, for_agency in KEY_NUMBERS
        if for_agency or audience == Audience.STAFF
    ]


def compared_at_same_age(summary: ReportSummary) -> Mapping[str, Compared]:
    """What is compared with leads of the same age: what is known of them, while these leads are being worked."""
    return summary.of_same_age if _is_young(summary) else {}


def definitions_for(summary: ReportSummary, audience: Audience) -> dict[str, str]:
    """What each number on the first page means."""
    return {one.title: DEFINITIONS[one.name].replace("`", "") for one in key_numbers(summary, audience)}


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
    return None if one.judged.change is None else f"{one.judged.change:+,.1f} %"


def told_against(one: KeyNumber) -> str:
    """What the change is against, and where that is unfair."""
    leads = "same age" if one.judged.is_of_same_age else "older leads" if one.judged.is_of_older else "before"
    return f"{leads}: {told(one.judged.previous, one.kind)}"


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
    return is_young(summary.period, business_day(summary.generated_at))


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
