"""The key figures as tiles: a number, how it compares, and the way to what it counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from django.urls import reverse

from analytics.selectors.comparing import Compared, Number
from analytics.selectors.forecasts import ForecastFigures
from analytics.selectors.judging import is_young, judged
from analytics.wording import dollars, expected, minutes, number, per_cent
from crm.core.clock import business_day
from crm.core.periods import Period
from leads.choices import Disposition

Tone = Literal["up", "down", ""]
NOTHING_BEFORE: Final = "nothing to compare with"
OF_OLDER: Final = ", of older leads"
TONES: Final[Mapping[bool | None, Tone]] = {True: "up", False: "down", None: ""}


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
    is_of_same_age: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """How a key figure is shown: its words, and where it leads."""

    title: str
    words: Callable[[Number], str]
    leads_to: str = ""


def _out_of_ten(value: Number) -> str:
    return number(value) + (" of 10" if value is not None else "")


SHOWN: Final[Mapping[str, Shown]] = {
    "revenue": Shown("Revenue", dollars, leads_to="#along-title"),
    "leads": Shown("Leads", number, leads_to="list"),
    "conversions": Shown("Conversions", number, leads_to="#funnel-title"),
    "conversionRate": Shown("Conversion rate", per_cent, leads_to="#funnel-title"),
    "cpa": Shown("CPA", dollars, leads_to="#sources-title"),
    "returnRate": Shown("Return rate", per_cent, leads_to="returned"),
    "avgQuality": Shown("Quality", _out_of_ten, leads_to="#quality-title"),
    "avgResponseMinutes": Shown("First contact", minutes, leads_to="#agents-title"),
    "cost": Shown("Cost", dollars, leads_to="#sources-title"),
    "roi": Shown("Return on cost", per_cent, leads_to="#sources-title"),
}


def tiles(
    found: Mapping[str, Compared],
    period: Period,
    *,
    agency: str | None = None,
    of_same_age: Mapping[str, Compared],
) -> list[Tile]:
    """Those of SHOWN that are `found`, in its order; beside leads of the same age where that is known."""
    return [
        tile(
            name,
            found[name],
            _href(shown.leads_to, period, agency),
            period,
            of_same_age=of_same_age.get(name),
        )
        for name, shown in SHOWN.items()
        if name in found
    ]


def tile(
    name: str,
    found: Compared,
    href: str,
    period: Period,
    *,
    title: str = "",
    of_same_age: Compared | None = None,
) -> Tile:
    """One key figure beside that of the period before, or beside what that was `of_same_age`."""
    shown = SHOWN[name]
    compared = judged(name, found, of_same_age, is_young=is_young(period, business_day()))
    before = f"on {shown.words(compared.previous)}{OF_OLDER if compared.is_of_older else ''}"
    return Tile(
        name=name,
        title=title or shown.title,
        value=shown.words(compared.value),
        change="" if compared.change is None else f"{compared.change:+,.1f} %",
        tone=TONES[compared.is_good],
        note=NOTHING_BEFORE if compared.change is None else before,
        is_of_same_age=compared.is_of_same_age and compared.change is not None,
        href=href,
    )


def forecast_tile(forecast: ForecastFigures, href: str) -> Tile:
    """The revenue of the next 30 days, with what it lies between."""
    lower, upper = expected(forecast.lower, forecast.series), expected(forecast.upper, forecast.series)
    return Tile(
        name="forecast",
        title="Revenue to come, 30 days",
        value=expected(forecast.next30, forecast.series),
        note=forecast.reason if forecast.next30 is None else f"{lower} to {upper} in 4 of 5 cases",
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
