"""What a bulk assignment has come to know and decide, lead by lead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.core.choices import Role
from crm.core.models import User
from leads.models import BulkOperation
from leads.services.bulk.locking import LeadRow, lock_agents
from leads.services.bulk.operations import Failure, Selection


@dataclass(slots=True)
class Giving:
    """The leads of one call, locked, and what becomes of each: an agent and why, or a failure."""

    operation: BulkOperation
    selection: Selection
    leads: Mapping[UUID, LeadRow]
    agents: Mapping[int, User] = field(default_factory=dict)
    chosen: dict[UUID, User] = field(default_factory=dict)
    records: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    failures: dict[UUID, Failure] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for lead_id in self.operation.lead_ids:
            if lead_id not in self.leads:
                self.failures[lead_id] = Failure.missing(lead_id, self.selection)

    @property
    def found(self) -> list[UUID]:
        """The leads that there are, in the order they were named."""
        return [lead_id for lead_id in self.operation.lead_ids if lead_id in self.leads]

    def lock(self, emails: Iterable[str] = (), *, everyone: bool = False) -> list[User]:
        """Lock those who may get leads, and those who hold them now. Returns the former. One statement."""
        holders = {lead.assigned_agent_id for lead in self.leads.values() if lead.assigned_agent_id}
        wanted = set(emails)
        self.agents = lock_agents(holders, emails=wanted, everyone=everyone)
        return [
            agent
            for agent in self.agents.values()
            if agent.role == Role.AGENT and (everyone or agent.email in wanted)
        ]

    def choose(self, lead_id: UUID, agent: User, record: Mapping[str, Any]) -> None:
        """Decide on the agent of a lead. The record is what `explain` shows."""
        self.chosen[lead_id] = agent
        position = len(self.chosen)
        self.records[lead_id] = {
            **record, "chosen": agent.email, "position": position, "operation": str(self.operation.pk)
        }  # fmt: skip

    def email_of(self, agent_id: int | None) -> str | None:
        return self.agents[agent_id].email if agent_id else None
