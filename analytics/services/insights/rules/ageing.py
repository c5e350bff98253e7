"""Rules `uncontacted` and `ageing`: leads that wait for somebody to do something.

`uncontacted`: New leads that have waited more than an hour of business (Monday to Friday, 9 to 18), or 24 hours on any
day. Critical where some have waited 24 hours. `ageing`: other open leads whose last contact (for want of one, creation)
is longer ago than `PATIENCE` allows where they stand. No test: each such lead is one to call. Both tell the agents who
hold the most, and how many are in the pool, each with its own link.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.models.insight import Severity
from analytics.selectors.links import (
    Link,
    all_of,
    any_of,
    condition,
    searched,
)
from analytics.services.insights.finding import Finding
from analytics.services.insights.office import an_hour_ago
from analytics.services.insights.reading import rows
from analytics.services.insights.wording import leads as told_leads
from analytics.services.insights.wording import listing
from analytics.services.insights.world import World
from crm.core.clock import business_day
from leads.choices import Disposition

UNCONTACTED, AGEING = "uncontacted", "ageing"
LONG = timedelta(hours=24)
PATIENCE = {
    Disposition.ATTEMPTING: 3,
    Disposition.CONTACTED: 7,
    Disposition.QUALIFIED: 7,
    Disposition.IN_PROGRESS: 10,
    Disposition.DOCS_SENT: 7,
    Disposition.AWAITING_PROOF: 14,
}
"""Days without contact."""
SHOWN = 5  # agents

_NEW = """
SELECT agent.email, count(*), count(*) FILTER (WHERE lead.created_at < %(long)s), min(lead.created_at)
  FROM leads_lead AS lead LEFT JOIN core_user AS agent ON agent.id = lead.assigned_agent_id
 WHERE lead.disposition = 'New' AND lead.created_at < %(limit)s
 GROUP BY 1
"""
_AGEING = """
SELECT agent.email, lead.disposition, count(*)
  FROM leads_lead AS lead
  JOIN unnest(%(dispositions)s::text[], %(limits)s::timestamptz[]) AS patience (disposition, at)
    ON patience.disposition = lead.disposition AND COALESCE(lead.last_contact, lead.created_at) < patience.at
  LEFT JOIN core_user AS agent ON agent.id = lead.assigned_agent_id
 GROUP BY 1, 2
"""


def find(world: World) -> list[Finding]:
    """Two statements."""
    now = world.now.replace(microsecond=0)
    return [*_uncontacted(now), *_ageing(now)]


def _uncontacted(now: datetime) -> list[Finding]:
    limit = max(an_hour_ago(now), now - LONG)
    found = rows(_NEW, limit=limit, long=now - LONG)
    if not found:
        return []
    by_agent = {email: waiting for email, waiting, *_ in found}
    waiting, long = sum(by_agent.values()), sum(row[2] for row in found)
    oldest = min(row[3] for row in found)
    asked = [condition("disposition", "equals", Disposition.NEW.value), _before("created_at", limit)]
    over = f", {_share(long, waiting)}for more than 24 hours" if long else ""
    return [
        Finding(
            code=UNCONTACTED,
            subject="",
            severity=Severity.CRITICAL if long else Severity.WARNING,
            size=waiting,
            title=f"{told_leads(waiting)} nobody has called yet{over}",
            text=f"New for more than an hour of business; the oldest came on {business_day(oldest)}. {_holders(by_agent)}",
            figures={
                "leads": waiting,
                "over24Hours": long,
                "inPool": by_agent.get(None, 0),
                "oldest": _moment(oldest),
            },
            parts=_parts(by_agent, asked),
            link=searched(*asked),
            threshold={"businessHours": 1, "hours": 24},
        )
    ]


def _share(some: int, of: int) -> str:
    """`3 of them `; nothing said of a single one."""
    if some < of:
        return f"{some:,} of them "
    return "all of them " if of > 1 else ""


def _ageing(now: datetime) -> list[Finding]:
    limits = {disposition: now - timedelta(days=days) for disposition, days in PATIENCE.items()}
    found = rows(_AGEING, dispositions=[str(one) for one in limits], limits=list(limits.values()))
    if not found:
        return []
    by_agent: Counter[str | None] = Counter()
    by_disposition: Counter[str] = Counter()
    for email, disposition, number in found:
        by_agent[email] += number
        by_disposition[disposition] += number
    number = by_agent.total()
    standing = {str(one): by_disposition[one] for one in limits if by_disposition[one]}
    asked = [any_of(*(_stale(disposition, at) for disposition, at in limits.items()))]
    told = listing([f"{count:,} {disposition}" for disposition, count in standing.items()])
    return [
        Finding(
            code=AGEING,
            subject="",
            severity=Severity.WARNING,
            size=number,
            title=f"{told_leads(number)} without contact for too long: {told}",
            text=f"Longer than they should be left where they stand. {_holders(by_agent)}",
            figures={"leads": number, "inPool": by_agent[None], "byDisposition": standing},
            parts=_parts(by_agent, asked),
            link=searched(*asked),
            threshold={"days": {str(one): days for one, days in PATIENCE.items()}},
        )
    ]


def _stale(disposition: Disposition, limit: datetime) -> dict[str, Any]:
    never = all_of(condition("last_contact", "is_empty"), _before("created_at", limit))
    return all_of(
        condition("disposition", "equals", disposition.value), any_of(_before("last_contact", limit), never)
    )


def _before(field: str, at: datetime) -> dict[str, Any]:
    return condition(field, "less_than", _moment(at))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _most(by_agent: dict[str | None, int]) -> Iterable[tuple[str | None, int]]:
    """The pool first, then who holds most."""
    agents = sorted(((email, n) for email, n in by_agent.items() if email), key=lambda pair: -pair[1])
    pool = [(None, by_agent[None])] if by_agent.get(None) else []
    return [*pool, *agents[:SHOWN]]


def _holders(by_agent: dict[str | None, int]) -> str:
    said = [f"{number:,} {f'with {email}' if email else 'in the pool'}" for email, number in _most(by_agent)]
    return f"Most: {listing(said)}."


def _parts(by_agent: dict[str | None, int], asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"agent": email, "leads": number, "link": _held(email, asked).document()}
        for email, number in _most(by_agent)
    ]


def _held(email: str | None, asked: list[dict[str, Any]]) -> Link:
    return searched(*asked, condition("assigned_agent", "equals", email or "unassigned"))
