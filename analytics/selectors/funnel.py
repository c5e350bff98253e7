"""How far leads get: the stages of the way forward, and the ways out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.selectors.comparing import percent
from analytics.selectors.figures import Figures
from leads.choices import STAGES, WAYS_OUT, Disposition

STANDING: Final[Mapping[Disposition, str]] = {one: f"at_{one.name.lower()}" for one in Disposition}
"""The measure that counts who stands there now."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: how many leads ever got there or further, and how many stand there now.

    `share` is of all leads and `from_previous` of those that reached the stage before, both in per cent.
    """

    stage: Disposition
    reached: int
    share: float | None
    from_previous: float | None
    standing: int


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out: how many leads stand there now, and their part of all, in per cent."""

    disposition: Disposition
    leads: int
    share: float | None


def funnel(figures: Figures) -> list[Stage]:
    """The way forward; a later stage was never reached by more than an earlier one."""
    reached = [figures.leads, *(getattr(figures, f"reached_{one.name.lower()}") for one in STAGES[1:])]
    return [
        Stage(
            stage=stage,
            reached=here,
            share=percent(here, figures.leads),
            from_previous=percent(here, before),
            standing=getattr(figures, STANDING[stage]),
        )
        for stage, here, before in zip(STAGES, reached, [figures.leads, *reached], strict=False)
    ]


def exits(figures: Figures) -> list[Exit]:
    """The ways out; with the stages' `standing` they add up to all leads."""
    standing = ((one, getattr(figures, STANDING[one])) for one in WAYS_OUT)
    return [Exit(one, leads, percent(leads, figures.leads)) for one, leads in standing]
