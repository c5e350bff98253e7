"""The owners a file names, and the agents they are here."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from django.db import connection

from crm.core.choices import Role
from crm.core.models import User
from crm.core.models.user import MAX_CAPACITY_LIMIT
from leads.services.imports.report import OwnerTally, Report
from leads.services.imports.rows import Candidate

NO_OWNER: dict[str, Any] = {
    "strategy": "owner",
    "chosen": None,
    "reason": "the file names no owner",
    "candidates": [],
}


@dataclass(slots=True)
class Agent:
    """An agent as an import sees them; `room` is how many more open leads they may hold."""

    id: int
    email: str
    is_active: bool
    room: int
    is_created: bool = False


@dataclass(slots=True)
class OwnerDesk:
    """Gives leads to the agents that are their owners, never over anyone's capacity."""

    report: Report
    creates: bool
    is_dry_run: bool
    _by_email: dict[str, Agent] = field(default_factory=dict)
    _by_name: dict[str, list[Agent]] = field(default_factory=lambda: defaultdict(list))
    _matches: dict[str, tuple[Agent | None, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One statement: who the agents are."""
        made = {tally.agent for tally in self.report.owners.values() if tally.is_created}
        for user in User.objects.agents():
            self._add(
                Agent(user.pk, user.email, user.is_active, user.open_slots, user.email in made), str(user)
            )

    def assign(self, candidates: list[Candidate]) -> None:
        """Set each lead's agent and the record of why. Locks the agents concerned until the transaction ends."""
        named = [candidate for candidate in candidates if candidate.owner]
        if self.creates:
            self._create_missing({candidate.owner for candidate in named})
        matched = [self._match(candidate.owner)[0] for candidate in named]
        self._lock([agent for agent in matched if agent])
        for candidate in candidates:
            candidate.document["assignment"] = self._decide(candidate) if candidate.owner else NO_OWNER

    def _decide(self, candidate: Candidate) -> dict[str, Any]:
        tally = self.report.owner(candidate.owner)
        tally.rows += 1
        agent, problem = self._match(candidate.owner)
        takes_place = candidate.lead.is_open
        if agent and takes_place and not agent.is_active and not agent.is_created:
            problem = f"{agent.email} is deactivated: open leads stay in the pool"
        elif agent and takes_place and agent.room <= 0:
            problem = f"{agent.email} is full: open leads stay in the pool"
        if agent:
            tally.agent = agent.email
        if agent is None or problem:
            tally.left_in_pool += 1
            tally.note = problem
            line = f"Owner: {candidate.owner}"
            candidate.lead.notes = f"{candidate.lead.notes}\n{line}" if candidate.lead.notes else line
        else:
            tally.assigned += 1
            agent.room -= takes_place
            candidate.lead.assigned_agent_id = agent.id
        seen = {
            "agent": agent.email if agent else candidate.owner,
            "eligible": not problem,
            "reason": problem or "owner",
        }
        return {
            "strategy": "owner",
            "chosen": None if problem or agent is None else agent.email,
            "reason": problem or f"the file names {candidate.owner} as the owner",
            "candidates": [seen],
        }

    def _match(self, owner: str) -> tuple[Agent | None, str]:
        if owner not in self._matches:
            self._matches[owner] = self._find(owner)
        return self._matches[owner]

    def _find(self, owner: str) -> tuple[Agent | None, str]:
        """By e-mail address, else by full name; two agents of one name are nobody."""
        name, address = parseaddr(owner) if "@" in owner else (owner, "")
        agent = self._by_email.get(address.casefold())
        if agent:
            return agent, ""
        namesakes = self._by_name.get(folded(name), []) if name else []
        if len(namesakes) == 1:
            return namesakes[0], ""
        if namesakes:
            return None, f"{len(namesakes)} agents are named so: use e-mail addresses"
        return None, "no agent has this e-mail address" if address else "no agent has this name"

    def _add(self, agent: Agent, name: str) -> None:
        self._by_email[agent.email.casefold()] = agent
        self._by_name[folded(name)].append(agent)

    def _lock(self, agents: Iterable[Agent]) -> None:
        """Hold the agents' counts still; other imports and live intake wait or look elsewhere."""
        by_id = {agent.id: agent for agent in agents if agent.id}
        if not by_id or self.is_dry_run:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, is_active, capacity, max_capacity FROM core_user WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                [list(by_id)],
            )
            for agent_id, is_active, held, most in cursor.fetchall():
                agent = by_id[agent_id]
                agent.is_active = is_active
                agent.room = (MAX_CAPACITY_LIMIT if agent.is_created else most) - held
        self._widen([agent for agent in by_id.values() if agent.is_created])

    def _widen(self, created: list[Agent]) -> None:
        """Accounts made for this file hold what their owners held; afterwards their capacity is what they hold."""
        if created:
            User.objects.filter(pk__in=[agent.id for agent in created]).update(
                max_capacity=MAX_CAPACITY_LIMIT
            )

    def finish(self) -> None:
        """Give created accounts a capacity that fits what they were given."""
        made = [tally.agent for tally in self.report.owners.values() if tally.is_created and tally.agent]
        if made and not self.is_dry_run:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE core_user SET max_capacity = GREATEST(capacity, 100) WHERE email = ANY(%s) AND max_capacity = %s",
                    [made, MAX_CAPACITY_LIMIT],
                )

    def _create_missing(self, owners: set[str]) -> None:
        """Deactivated accounts without a password: an admin looks at each, corrects its address and invites it."""
        users = []
        for owner in sorted(owners):
            agent, problem = self._match(owner)
            if agent is None and problem.startswith("no agent"):
                users.append(_account_for(owner, taken=self._by_email))
                made = Agent(0, users[-1].email, is_active=False, room=MAX_CAPACITY_LIMIT, is_created=True)
                self._add(made, str(users[-1]))
                self._matches[owner] = (made, "")
                tally = self.report.owners.setdefault(owner, OwnerTally())
                tally.agent, tally.is_created, tally.note = made.email, True, "account made, deactivated"
        if users and not self.is_dry_run:
            for user in User.objects.bulk_create(users):
                self._by_email[user.email].id = user.pk


def folded(name: str) -> str:
    """A name without case, accents and doubled spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.replace(",", " ").casefold().split())


def _account_for(owner: str, *, taken: dict[str, Agent]) -> User:
    name, address = parseaddr(owner) if "@" in owner else (owner, "")
    slug = re.sub(r"[^a-z0-9]+", ".", folded(name)).strip(".") or "owner"
    email = address.casefold() or f"{slug}@import.invalid"  # .invalid is never delivered to (RFC 2606)
    number = 1
    while email in taken:
        number += 1
        email = f"{slug}.{number}@import.invalid"
    first, _, last = " ".join((name or address).split()).rpartition(" ")
    user = User(
        email=email,
        username=email,
        first_name=first[:100],
        last_name=last[:100],
        role=Role.AGENT,
        is_active=False,
    )
    user.set_unusable_password()
    return user
