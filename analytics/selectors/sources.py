"""Where leads come from: campaigns, and the agencies that send them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agencies.choices import AgencyStatus
from agencies.models import Agency
from analytics.choices import Dimension
from analytics.selectors.comparing import change, percent
from analytics.selectors.figures import Figures, Sums, figures_by
from analytics.selectors.naming import agency_names, campaign_name
from analytics.selectors.shortening import OTHERS, cut, others_name
from crm.core.clock import business_day, day_bounds
from crm.core.periods import Period


@dataclass(frozen=True, slots=True)
class Source:
    """A campaign of an agency. `share` is of the revenue of all, in per cent."""

    agency: str
    agency_name: str
    campaign: str
    name: str  # of the campaign, for people
    figures: Figures
    share: float | None
    leads_before: int

    @property
    def change(self) -> float | None:
        """Of leads against the period before, per cent."""
        return change(self.figures.leads, self.leads_before)


@dataclass(frozen=True, slots=True)
class Publisher:
    """An agency. `share` is as of a Source, `change` too."""

    agency: Agency
    figures: Figures
    share: float | None
    change: float | None
    leads_this_month: int

    @property
    def goal_progress(self) -> float | None:
        """Per cent of this calendar month's goal; None without a goal."""
        return percent(self.leads_this_month, self.agency.goal)


def by_campaign(found: Mapping[Any, Figures]) -> dict[str, Figures]:
    """Of all agencies that send a campaign of the same name; most revenue first."""
    parts: dict[str, list[Figures]] = defaultdict(list)
    for (_, campaign), figures in found.items():
        parts[campaign].append(figures)
    return most_first({campaign: Figures.total(figures) for campaign, figures in parts.items()})


def most_first(found: Mapping[str, Sums]) -> dict[str, Sums]:
    """By revenue, then leads, then name."""
    return dict(sorted(found.items(), key=lambda one: (-one[1].revenue, -one[1].leads, one[0])))


def lead_sources(period: Period, agency: str | None = None) -> list[Source]:
    """Each campaign of each agency, most revenue first; they add up to the period's total. Three statements."""
    now: Mapping[Any, Figures] = figures_by(period, Dimension.CAMPAIGN, agency)
    before: Mapping[Any, Figures] = figures_by(period.previous(), Dimension.CAMPAIGN, agency)
    names = agency_names()
    total = Figures.total(now.values())
    rows = [
        Source(
            agency=code,
            agency_name=names.get(code, code),
            campaign=campaign,
            name=campaign_name(campaign),
            figures=figures,
            share=percent(figures.revenue, total.revenue),
            leads_before=before.get((code, campaign), Figures()).leads,
        )
        for (code, campaign), figures in now.items()
    ]
    return sorted(rows, key=lambda row: (-row.figures.revenue, -row.figures.leads, row.agency, row.campaign))


def shortened(sources: list[Source]) -> list[Source]:
    """At most MOST_ROWS: what does not fit is added up in the last one."""
    shown, others = cut(sources, key=lambda source: source.campaign)
    if not others:
        return shown
    added = Figures.total(source.figures for source in others)
    total = Figures.total(source.figures for source in sources)
    rest = Source(
        agency=OTHERS,
        agency_name="Several",
        campaign=OTHERS,
        name=others_name(others),
        figures=added,
        share=percent(added.revenue, total.revenue),
        leads_before=sum(source.leads_before for source in others),
    )
    return [*shown, rest]


def publishers(period: Period, agency: str | None = None) -> list[Publisher]:
    """Every agency (or the one of this code) that may send or has leads in the period, most revenue first.

    Four statements.
    """
    now, before, month = (
        figures_by(days, Dimension.AGENCY, agency) for days in (period, period.previous(), _this_month())
    )
    total = Figures.total(now.values())
    rows = [
        Publisher(
            agency=one,
            figures=figures,
            share=percent(figures.revenue, total.revenue),
            change=change(figures.leads, before.get(one.pk, Figures()).leads),
            leads_this_month=month.get(one.pk, Figures()).leads,
        )
        for one in Agency.objects.filter(**({"pk": agency} if agency else {})).only(
            "code", "name", "status", "goal"
        )
        if (figures := now.get(one.pk, Figures())).leads or one.status == AgencyStatus.ACTIVE
    ]
    return sorted(rows, key=lambda row: (-row.figures.revenue, -row.figures.leads, row.agency.code))


def _this_month() -> Period:
    """The calendar month of now, whatever the period: what an agency's goal is about."""
    today = business_day()
    return Period("month", today.replace(day=1), today, day_bounds(today)[1])
