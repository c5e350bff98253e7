"""What agents did with their leads."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from crm.core.keeping import kept, renew
from leads.models import LeadChange
from leads.selectors.performance import AgentFigures

FIGURES_DAYS = 90
AGENT_FIGURES = "agent-figures"
"""The scope of reads that show them: raised when a worker has taken them anew."""
KEPT_AS = "agent-figures.1"  # another number for another shape of AgentFigures
AGE_CLASSES = (56, 28, 14, 7)
"""Days since the assignment: a lead of yesterday is not expected to be signed."""

# Cells of agent, quality and age first: everything after them is a few thousand rows, however many leads there are.
_FIGURES = """
WITH held AS MATERIALIZED (
    SELECT assigned_agent_id AS agent, quality_score AS quality, closed_date IS NOT NULL AS is_converted,
           width_bucket(COALESCE(assigned_at, created_at), %(ages)s::timestamptz[]) AS age,
           CASE WHEN first_contact_at >= assigned_at THEN first_contact_at - assigned_at END AS response
      FROM leads_lead
     WHERE created_at >= %(since)s AND assigned_agent_id IS NOT NULL),
cells AS (
    SELECT agent, quality, age, count(*) AS handled, count(*) FILTER (WHERE is_converted) AS converted
      FROM held GROUP BY agent, quality, age),
chances AS (
    SELECT quality, age, sum(converted) / sum(handled) AS chance FROM cells GROUP BY quality, age),
outcomes AS (
    SELECT agent, sum(handled) AS handled, sum(converted) AS converted, sum(handled * chance) AS expected
      FROM cells JOIN chances USING (quality, age) GROUP BY agent),
responses AS (
    SELECT agent, count(*) AS responses, percentile_cont(0.5) WITHIN GROUP (ORDER BY response) AS median
      FROM held WHERE response IS NOT NULL GROUP BY GROUPING SETS ((agent), ()))
SELECT outcomes.agent, handled::int, converted::int, expected::float, COALESCE(responses.responses, 0)::int,
       responses.median, team.median
  FROM outcomes LEFT JOIN responses USING (agent) LEFT JOIN responses team ON team.agent IS NULL
"""


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """Every agent's figures, and when they were taken."""

    as_of: datetime
    by_agent: dict[int, AgentFigures]

    def of(self, agent_id: int) -> AgentFigures:
        """An agent's figures; empty ones for who handled nothing."""
        return self.by_agent.get(agent_id, AgentFigures())


def agent_figures(now: datetime) -> dict[int, AgentFigures]:
    """Figures by agent id of the leads created in the last FIGURES_DAYS days, in one statement over all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FIGURES,
            {
                "since": now - timedelta(days=FIGURES_DAYS),
                "ages": [now - timedelta(days=days) for days in AGE_CLASSES],
            },
        )
        return {
            agent: AgentFigures(
                handled=handled,
                converted=converted,
                expected=expected,
                responses=responses,
                response_minutes=_minutes(own),
                team_minutes=_minutes(team),
            )
            for agent, handled, converted, expected, responses, own, team in cursor.fetchall()
        }


def team_figures() -> TeamFigures:
    """The same, kept: of now while taking them is quick, else of a minute ago, and never older than five."""
    found = kept(KEPT_AS, version=_newest_change(), take=_take)
    return TeamFigures(as_of=found.at, by_agent=found.value)


def renew_team_figures() -> bool:
    """Take them anew if they are slow to take and leads have changed; whether that was done."""
    return renew(KEPT_AS, version=_newest_change(), take=_take)


def _take() -> dict[int, AgentFigures]:
    return agent_figures(timezone.now())


def _newest_change() -> int | None:
    return LeadChange.objects.order_by("-pk").values_list("pk", flat=True).first()


def _minutes(median: timedelta | None) -> float | None:
    return None if median is None else round(median / timedelta(minutes=1), 1)
