"""What agents did with their leads."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Aggregate, Count, DurationField, F

from leads.models import Lead


class Median(Aggregate):
    """`percentile_cont(0.5)` of a duration."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What an agent did with the leads created in the last `FIGURES_DAYS` days."""

    handled: int = 0
    converted: int = 0
    expected: float = 0.0  # conversions that everyone's rate per quality score would give
    response_minutes: float | None = None  # median from assignment to first contact

    @property
    def conversion_rate(self) -> float | None:
        """Per cent of the leads handled, one decimal."""
        return round(100 * self.converted / self.handled, 1) if self.handled else None

    @property
    def performance_score(self) -> float | None:
        """50 is what these leads' quality lets expect, 100 is twice that.

        Conversions over expected ones, both with PRIOR_CONVERSIONS added: with few leads the score stays
        near 50, however lucky. None without leads.
        """
        if not self.handled:
            return None
        ratio = (self.converted + PRIOR_CONVERSIONS) / (self.expected + PRIOR_CONVERSIONS)
        return round(min(50 * ratio, 100.0), 1)


FIGURES_DAYS = 90
PRIOR_CONVERSIONS = 3.0


def agent_figures(now: datetime) -> dict[int, AgentFigures]:
    """Figures by agent id, in two statements whatever the number of agents."""
    held = Lead.objects.filter(
        created_at__gte=now - timedelta(days=FIGURES_DAYS), assigned_agent__isnull=False
    ).order_by()
    cells = list(
        held.values_list("assigned_agent", "quality_score").annotate(
            handled=Count("pk"), converted=Count("closed_date")
        )
    )
    medians = dict(
        held.filter(first_contact_at__gte=F("assigned_at"))
        .values_list("assigned_agent")
        .annotate(median=Median(F("first_contact_at") - F("assigned_at")))
    )
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for _, quality, handled, converted in cells:
        totals[quality][0] += handled
        totals[quality][1] += converted
    figures: dict[int, AgentFigures] = {}
    for agent, quality, handled, converted in cells:
        so_far = figures.get(agent, AgentFigures())
        rate = totals[quality][1] / totals[quality][0]
        figures[agent] = replace(
            so_far,
            handled=so_far.handled + handled,
            converted=so_far.converted + converted,
            expected=so_far.expected + handled * rate,
        )
    return {
        agent: replace(
            done, response_minutes=round(medians[agent].total_seconds() / 60, 1) if agent in medians else None
        )
        for agent, done in figures.items()
    }
