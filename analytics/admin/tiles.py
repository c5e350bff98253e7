"""The key figures as tiles: a number, how it compares, and the way to what it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from django.urls import reverse

from analytics.choices import Series
from analytics.selectors.comparing import Compared, Number
from analytics.selectors.forecasts import RIPE_AFTER, ForecastFigures
from analytics.wording import dollars, minutes, number, per_cent
from crm.core.clock import business_day
from crm.core.periods import Period
from leads.choices import Disposition

Tone = Literal["up", "down", ""]
NOTHING_BEFORE: Final = "nothing to compare with"
OF_OLDER: Final = ", of older leads"
NOTABLE: Final = 5.0
"""Per cent; a smaller change is told without a colour."""
RIPE: Final = timedelta(days=RIPE_AFTER[Series.REVENUE])


@dataclass(frozen=True, slots=True)
class Tile:
    """`name` is of analytics.definitions; `change` is good news with tone "up", bad with "down"."""

    name: str
    title: str
    value: str
    note: str
    href: str
    change: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a key figure is shown: its words, whether more of it is better, and where it leads.

    One that `ripens` still grows for weeks after its leads came in: beside older leads it looks worse than it is.
    """

    title: str
    words: Callable[[Number], str]
    is_more_better: bool | None = None
    ripens: bool = False
    leads_to: str = ""


def _out_of_ten(value: Number) -> str:
    return number(value) + (" of 10" if value is not None else "")


SHOWN: Final[Mapping[str, Shown]] = {
    "revenue": Shown("Revenue", dollars, True, ripens=True, leads_to="#along-title"),
    "leads": Shown("Leads", number, True, leads_to="list"),
    "conversions": Shown("Conversions", number, True, ripens=True, leads_to="#funnel-title"),
    "conversionRate": Shown("Conversion rate", per_cent, True, ripens=True, leads_to="#funnel-title"),
    "cpa": Shown("CPA", dollars, ripens=True, leads_to="#sources-title"),
    "returnRate": Shown("Return rate", per_cent, False, ripens=True, leads_to="returned"),
    "avgQuality": Shown("Quality", _out_of_ten, True, leads_to="#quality-title"),
    "avgResponseMinutes": Shown("First contact", minutes, False, leads_to="#agents-title"),
    "cost": Shown("Cost", dollars, leads_to="#sources-title"),
    "roi": Shown("Return on cost", per_cent, True, ripens=True, leads_to="#sources-title"),
}


def tiles(
    found: Mapping[str, Compared],
    period: Period,
    *,
    agency: str | None = None,
    same_age: Compared | None = None,
) -> list[Tile]:
    """Those of SHOWN that are `found`, in its order; the conversion rate beside that of leads of the `same_age`."""
    made = []
    for name, shown in SHOWN.items():
        if name == "conversionRate" and same_age:
            made.append(conversion_tile(same_age, shown.leads_to))
        elif name in found:
            made.append(tile(name, found[name], _href(shown.leads_to, period, agency), period))
    return made


def tile(name: str, compared: Compared, href: str, period: Period, title: str = "") -> Tile:
    """One key figure beside that of the period before."""
    shown, change = SHOWN[name], compared.change
    is_young = shown.ripens and business_day() - period.end < RIPE
    before = f"on {shown.words(compared.previous)}{OF_OLDER if is_young else ''}"
    return Tile(
        name=name,
        title=title or shown.title,
        value=shown.words(compared.value),
        change=_signed(change),
        tone="" if is_young else _tone(change, shown.is_more_better),
        note=NOTHING_BEFORE if change is None else before,
        href=href,
    )


def conversion_tile(same_age: Compared, href: str, title: str = "") -> Tile:
    """The conversion rate beside that of the period before as it stood when that ended: of leads of the same age."""
    return Tile(
        name="conversion.sameAge",
        title=title or SHOWN["conversionRate"].title,
        value=per_cent(same_age.value),
        change=_signed(same_age.change),
        tone=_tone(same_age.change, True),
        note=NOTHING_BEFORE
        if same_age.change is None
        else f"on {per_cent(same_age.previous)} at the same age",
        href=href,
    )


def forecast_tile(forecast: ForecastFigures, href: str) -> Tile:
    """The revenue of the next 30 days, with what it lies between."""
    between = f"{dollars(forecast.lower)} to {dollars(forecast.upper)} in 4 of 5 cases"
    return Tile(
        name="forecast",
        title="Revenue to come, 30 days",
        value=dollars(forecast.next30),
        note=forecast.reason if forecast.next30 is None else between,
        href=href,
    )


def list_of_leads(period: Period, agency: str | None = None, **filters: str) -> str:
    """The admin's list of the leads created in the period."""
    asked = {"created_at_from": str(period.start), "created_at_to": str(period.end), **filters}
    return f"{reverse('admin:leads_lead_changelist')}?{urlencode(asked | ({'agency': agency} if agency else {}))}"


def _href(leads_to: str, period: Period, agency: str | None) -> str:
    if leads_to == "list":
        return list_of_leads(period, agency)
    if leads_to == "returned":
        return list_of_leads(period, agency, disposition__exact=Disposition.RETURNED)
    return leads_to


def _signed(change: float | None) -> str:
    return "" if change is None else f"{change:+,.1f} %"


def _tone(change: float | None, is_more_better: bool | None) -> Tone:
    if change is None or abs(change) < NOTABLE or is_more_better is None:
        return ""
    return "up" if (change > 0) == is_more_better else "down"
