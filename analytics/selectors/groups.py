"""The figures of a period split by one thing, each part by a name that people know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from analytics.choices import Dimension
from analytics.selectors.figures import Figures, figures_by
from analytics.selectors.naming import Named, named_agencies, named_agents, named_campaign, named_state
from analytics.selectors.shortening import OTHERS, cut, others_name
from analytics.selectors.sources import by_campaign
from crm.core.exceptions import InvalidInput
from crm.core.periods import Period


class By(StrEnum):
    """What to split by."""

    VENDOR = "vendor"
    SOURCE = "source"
    AGENT = "agent"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Group:
    """One part. The key is an agency's code, a campaign, an agent's address or a state; empty where there is none.

    Of very many parts the last one is all others together, its key OTHERS.
    """

    key: str
    name: str
    figures: Figures


def groups(period: Period, by: By, agency: str | None = None) -> list[Group]:
    """The parts, most leads first, the smallest of very many as one; they add up to the period's total.

    One or two statements.

    Of a single agency only the campaigns are counted. Raises InvalidInput for anything else.
    """
    if agency and by != By.SOURCE:
        sentence = f"One agency's leads are split by {By.SOURCE} only; leave vendor_code out for {by}."
        raise InvalidInput(sentence, by=[sentence])
    parts = sorted(
        SPLITS[by](period, agency), key=lambda group: (-group.figures.leads, group.name, group.key)
    )
    shown, others = cut(parts, key=lambda group: group.key)
    if not others:
        return shown
    return [*shown, Group(OTHERS, others_name(others), Figures.total(group.figures for group in others))]


def _by_vendor(period: Period, agency: str | None) -> list[Group]:
    return _named(figures_by(period, Dimension.AGENCY), named_agencies())


def _by_source(period: Period, agency: str | None) -> list[Group]:
    return _named(by_campaign(figures_by(period, Dimension.CAMPAIGN, agency)), named_campaign)


def _by_agent(period: Period, agency: str | None) -> list[Group]:
    found: Mapping[Any, Figures] = figures_by(period, Dimension.AGENT)
    return _named(found, named_agents(found))


def _by_state(period: Period, agency: str | None) -> list[Group]:
    return _named(figures_by(period, Dimension.STATE), named_state)


def _named(found: Mapping[Any, Figures], named: Named) -> list[Group]:
    return [Group(*named(key), figures) for key, figures in found.items()]


SPLITS: Final[Mapping[By, Callable[[Period, str | None], list[Group]]]] = {
    By.VENDOR: _by_vendor,
    By.SOURCE: _by_source,
    By.AGENT: _by_agent,
    By.STATE: _by_state,
}
