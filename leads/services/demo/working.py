"""Working a lead: its steps become its state today, and the history rows that led there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from leads.choices import CONVERTED, STAGES, WAYS_OUT, Disposition
from leads.models import Lead
from leads.services.demo.accounts import Agent
from leads.services.demo.dice import Dice
from leads.services.demo.journeys import Step
from leads.services.demo.outcomes import Outcome
from leads.services.demo.telling import COMMENTS, attempt_note, reason_for, talk_note

D = Disposition
NO_CONTACT = {D.NEW, D.DUPLICATE, D.RETURNED}  # as leads/sql/0001_stamps.sql has it
SPOKEN = {
    D.CONTACTED, D.QUALIFIED, D.IN_PROGRESS, D.DOCS_SENT, D.AWAITING_PROOF, D.RETAINED, D.CLOSED,
}  # fmt: skip
RETAINER = {
    "CA": 3350,
    "NY": 2900,
    "NJ": 2500,
    "TX": 2300,
    "FL": 2200,
    "GA": 1950,
}  # dollars, middle of the market's range
RETAINER_ELSEWHERE = 2050
COMMENTED = 0.05
MENTIONING = 0.3
REASSIGNED = 0.03


class Change(NamedTuple):
    """One row of history: when, what, by whom, why, and the columns' old and new values."""

    at: datetime
    action: str
    actor: str
    actor_id: int
    reason: str
    changes: dict[str, list[Any]]


class Remark(NamedTuple):
    """One comment."""

    at: datetime
    author_id: int
    text: str
    mentions: list[str]


@dataclass
class Desk:
    """Applies one lead's steps to it, as its agent and the manager would have; collects what history keeps."""

    lead: Lead
    manager: tuple[int, str]
    now: datetime
    zone: ZoneInfo
    random: Dice
    changes: list[Change] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def assign(self, agent: Agent, *, colleagues: list[Agent], first_call: datetime) -> None:
        """Half of the leads got their agent on intake, the others from the manager; a few changed hands."""
        if self.random.random() < 0.5:
            self.lead.assigned_agent_id, self.lead.assigned_at = agent.id, self.lead.created_at
            return
        wait = (first_call - self.lead.created_at) * 0.9
        if self.random.random() < REASSIGNED and len(colleagues) > 1:
            other = self.random.choice([one for one in colleagues if one != agent])
            self._give(other, self.lead.created_at + wait * 0.4, "assigned", "")
            self._give(agent, self.lead.created_at + wait, "reassigned", "Off today, please take over")
        else:
            self._give(agent, self.lead.created_at + wait, "assigned", "")

    def follow(self, steps: list[Step], outcome: Outcome, agent: Agent) -> None:
        """Take the steps; the lead ends in the state of the last one."""
        for step in steps:
            changed = self._stamps(step)
            self._note(step, changed)
            reason = ""
            if step.to in WAYS_OUT:
                reason = reason_for("withdrawn" if outcome.withdrawn else outcome.cause, self.random)
                changed["disposition_reason"] = reason
            if step.to == D.RETAINED:
                changed["lead_value"] = self._retainer()
            self._record(step.at, "disposition_changed", (agent.id, agent.email), reason, changed)
        if self.random.random() < COMMENTED and self.lead.first_contact_at:
            self._remark(self.lead.first_contact_at, agent)

    def _give(self, agent: Agent, at: datetime, action: str, reason: str) -> None:
        self._record(at, action, self.manager, reason, {"assigned_agent_id": agent.id, "assigned_at": at})

    def _stamps(self, step: Step) -> dict[str, Any]:
        """What the database stamps on such a change."""
        changed: dict[str, Any] = {"disposition": step.to.value}
        if step.to not in NO_CONTACT:
            changed["last_contact"] = step.at
        if step.to in SPOKEN and self.lead.first_contact_at is None:
            changed["first_contact_at"] = step.at
        if step.to in CONVERTED and self.lead.closed_date is None:
            changed["closed_date"] = step.at
        if step.to in STAGES[self.lead.furthest_stage + 1 :]:
            changed["furthest_stage"] = STAGES.index(step.to)
        return changed

    def _note(self, step: Step, changed: dict[str, Any]) -> None:
        if step.to == D.ATTEMPTING:
            text = attempt_note(self.random)
        elif "first_contact_at" in changed:
            lead = self.lead
            text = talk_note(
                self.random,
                first=lead.first_name,
                role=lead.role_in_accident.capitalize(),
                injury=lead.injury_type,
                care=lead.treatment,
                counsel=lead.has_attorney,
                fault=lead.at_fault,
                city=lead.accident_city,
            )
        else:
            return
        line = f"{step.at.astimezone(self.zone):%m/%d} {text}"
        changed["notes"] = f"{self.lead.notes}\n{line}" if self.lead.notes else line

    def _retainer(self) -> float:
        middle = RETAINER.get(self.lead.accident_state, RETAINER_ELSEWHERE)
        return round(middle * self.random.uniform(0.75, 1.25) * (0.8 + 0.04 * self.lead.quality_score), -1)

    def _record(
        self, at: datetime, action: str, actor: tuple[int, str], reason: str, changed: dict[str, Any]
    ) -> None:
        """Write the new values to the lead, and old and new ones to its history."""
        lead = self.lead.__dict__
        pairs = {name: [lead[name], value] for name, value in changed.items()}
        lead.update(changed)
        self.lead.updated_at = at
        self.changes.append(Change(at, action, actor[1], actor[0], reason, pairs))

    def _remark(self, after: datetime, agent: Agent) -> None:
        at = after + timedelta(minutes=self.random.expovariate(1 / 90))
        if at > self.now:
            at = after
        author, mentions = agent.id, []
        if self.random.random() < MENTIONING:
            author, mentions = self.manager[0], [agent.email]
        text = self.random.choice(COMMENTS).format(first=self.lead.first_name or "Client")
        self.remarks.append(Remark(at, author, text, mentions))
