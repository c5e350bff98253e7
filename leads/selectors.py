"""Reads of leads that no single queryset says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, F

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from leads.models import Decision, Lead, LeadChange
from leads.querysets import VENDOR_SEES_CHANGED

SECTIONS = ("duplicate", "score", "price", "assignment", "deadline")
API_NAMES = {"assigned_agent_id": "assigned_agent"}
HISTORY_LIMIT = 200


class Median(Aggregate):
    """`percentile_cont(0.5)` of a duration."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def explanation_of(lead_id: UUID, actor: Actor) -> dict[str, Any]:
    """Why the program decided as it did, as recorded then; the newest record of each section, with its time.

    A section is null where nothing was decided (a lead written by raw SQL). Vendors do not see assignments.
    """
    explained: dict[str, Any] = dict.fromkeys(SECTIONS)
    for decision in Decision.objects.filter(lead_id=lead_id):
        for section, record in decision.document.items():
            explained[section] = {**record, "decided_at": decision.made_at, "decided_by": decision.actor}
    if actor.role == Role.VENDOR:
        del explained["assignment"]
        explained = {name: record and {**record, "decided_by": ""} for name, record in explained.items()}
    return explained


def history_of(lead_id: UUID, actor: Actor, limit: int = HISTORY_LIMIT) -> list[dict[str, Any]]:
    """The newest changes of a lead; two statements. A vendor sees what became of it, not by whom."""
    rows = LeadChange.objects.filter(lead_id=lead_id).visible_to(actor)[:limit]
    return history_documents(rows, actor)


def history_documents(rows: Iterable[LeadChange], actor: Actor) -> list[dict[str, Any]]:
    """History rows in the contract's shape: `{timestamp, user, action, source, changes, reason, …}`."""
    rows = list(rows)
    emails = _emails_of(rows)
    return [_document(row, emails, actor) for row in rows]


def _emails_of(rows: Iterable[LeadChange]) -> Mapping[int, str]:
    ids = {value for row in rows for value in row.changes.get("assigned_agent_id", ()) if value is not None}
    if not ids:
        return {}
    return dict(User.objects.get_queryset().filter(pk__in=ids).values_list("pk", "email"))


def _document(row: LeadChange, emails: Mapping[int, str], actor: Actor) -> dict[str, Any]:
    changes = {API_NAMES.get(name, name): pair for name, pair in row.changes.items()}
    if "assigned_agent" in changes:
        changes["assigned_agent"] = [emails.get(agent, agent) for agent in changes["assigned_agent"]]
    is_vendor = actor.role == Role.VENDOR
    if is_vendor:
        changes = {name: pair for name, pair in changes.items() if name in VENDOR_SEES_CHANGED}
    return {
        "timestamp": row.at,
        "user": "" if is_vendor else row.actor,
        "action": row.action,
        "source": row.source,
        "changes": changes,
        "reason": "" if is_vendor else row.reason,
        "request_id": "" if is_vendor else row.request_id,
        "operation": None if is_vendor else row.operation,
    }


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
