"""The demo world: turns arrivals into leads with their history, without touching the database."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from leads.choices import Disposition, Priority
from leads.models import Lead
from leads.services.demo.accounts import Agent
from leads.services.demo.agencies import PROFILES, Profile
from leads.services.demo.arrivals import Arrival
from leads.services.demo.consent import consent
from leads.services.demo.crashes import CrashLog
from leads.services.demo.facts import Case
from leads.services.demo.geography import STATES
from leads.services.demo.journeys import Journey, draw_hands
from leads.services.demo.outcomes import Outcome, draw_outcome
from leads.services.demo.people import People
from leads.services.demo.standing import Place, Standing
from leads.services.demo.working import Change, Desk, Remark
from leads.services.intake import IntakeContext, decide, unique_verdict

COLUMNS = [column.attname for column in Lead._meta.concrete_fields]
DEFAULTS = {column.attname: column.get_default() for column in Lead._meta.concrete_fields}
REMEMBERED = 400  # leads back that a duplicate may repeat
REPEATED_WITHIN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Story:
    """One lead with all that happened to it; `decisions` is what intake decided, as recorded."""

    lead: Lead
    changes: list[Change]
    remarks: list[Remark]
    decisions: dict[str, Any]


@dataclass
class World:
    """Everything that stories are made of."""

    people: People
    crashes: CrashLog
    context: IntakeContext
    agents: list[Agent]
    manager: tuple[int, str]
    senders: dict[str, str]
    now: datetime
    zone: ZoneInfo
    random: Random
    _recent: deque[Lead] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def stories(self, arrivals: list[Arrival], places: list[Place]) -> Iterator[Story]:
        """One story for each arrival, in the same order (oldest first)."""
        for arrival, place in zip(arrivals, places, strict=True):
            yield self._story(arrival, place)

    def _story(self, arrival: Arrival, place: Place) -> Story:
        twin = self._twin(arrival)
        lead = self._lead(arrival, twin)
        today = arrival.at.astimezone(self.zone).date()
        decisions = decide(lead, self._context_of(today))
        decisions["duplicate"] = unique_verdict(lead, self.context.policy.duplicate_window_days)
        lead.priority = _priority(lead, today)
        desk = Desk(lead, self.manager, self.now, self.zone, self.random)
        if place.agent:
            self._work(desk, arrival, place.agent, place.standing, is_repeat=twin is not None)
        if lead.disposition != Disposition.DUPLICATE and twin is None:
            self._recent.append(lead)
        decisions["assignment"] = _assignment(lead, place.agent)
        return Story(lead, desk.changes, desk.remarks, decisions)

    def _work(
        self, desk: Desk, arrival: Arrival, agent: Agent, standing: Standing, *, is_repeat: bool
    ) -> None:
        hands = draw_hands(agent.skills.skill, agent.skills.minutes, arrival.at, self.zone, self.random)
        if is_repeat:
            outcome = Outcome(Disposition.DUPLICATE, Disposition.NEW, "duplicate")
        else:
            today = arrival.at.astimezone(self.zone).date()
            outcome = draw_outcome(
                desk.lead, agency=arrival.agency, hands=hands, today=today, random=self.random
            )
        steps = Journey(arrival.at, self.now, standing, self.zone, self.random).steps(outcome, hands)
        first_call = steps[0].at if steps else min(self.now, arrival.at + timedelta(minutes=hands.minutes))
        desk.assign(agent, colleagues=self.agents, first_call=first_call)
        desk.follow(steps, outcome, agent)

    def _twin(self, arrival: Arrival) -> Lead | None:
        """The earlier lead that this one repeats, if it does; the database lets repeats in as `Duplicate` only."""
        if not self._recent or self.random.random() >= arrival.agency.duplicates:
            return None
        twin = self.random.choice(self._recent)
        return twin if arrival.at - twin.created_at < REPEATED_WITHIN and self._is_settled(arrival) else None

    def _is_settled(self, arrival: Arrival) -> bool:
        """Whether there was time to find the repeat."""
        return self.now - arrival.at > timedelta(hours=2)

    def _lead(self, arrival: Arrival, twin: Lead | None) -> Lead:
        agency, today = arrival.agency, arrival.at.astimezone(self.zone).date()
        home = STATES[twin.state] if twin else agency.market.draw(self.random)
        person = _same_person(twin) if twin else self.people.draw(home, today)
        case = Case(self.crashes.draw(self.random), agency, home, today, self.random)
        facts = case.facts()
        if twin:
            facts |= {
                "accident_date": twin.accident_date,
                "accident_state": twin.accident_state,
                "treatment_date": None,
            }
        return lead_of(
            {
                "id": uuid7_at(arrival.at, self.random),
                "agency_id": agency.code,
                "created_at": arrival.at,
                "updated_at": arrival.at,
                "created_by": self.senders[agency.code],
                "tags": self._tags(person, facts),
                **self._origin(agency),
                **person,
                **facts,
                **consent(agency, self.random),
            }
        )

    def _context_of(self, today: Any) -> IntakeContext:
        """The rules in force, asked on the day the lead came in."""
        if self.context.today != today:
            self.context = replace(self.context, today=today)
        return self.context

    def _origin(self, agency: Profile) -> dict[str, str]:
        names, shares = zip(*agency.campaigns, strict=True)
        campaign = self.random.choices(names, shares)[0]
        landing = self.random.choice(("free-case-review", "car-accident", "get-help", "injury-check"))
        return {
            "campaign_source": campaign,
            "source_url": f"https://{agency.domain}/{landing}",
            "sub_id": f"{agency.code[:3]}-{self.random.randrange(10**8):08d}",
        }

    def _tags(self, person: dict[str, Any], facts: dict[str, Any]) -> list[str]:
        found = (
            ("spanish", person["language"] == "Spanish"),
            ("commercial", facts["commercial_vehicle"]),
            ("surgery", facts["treatment"] == "surgery"),
            ("on-foot", facts["role_in_accident"] in ("pedestrian", "cyclist")),
            ("callback", self.random.random() < 0.03),
            ("vip", self.random.random() < 0.01),
        )
        return [tag for tag, applies in found if applies]


def lead_of(values: dict[str, Any]) -> Lead:
    """An unsaved lead; made from a whole row, which takes Django a third of the time that keywords take."""
    return Lead.from_db(None, COLUMNS, (DEFAULTS | values).values())


def uuid7_at(at: datetime, random: Random) -> UUID:
    """As crm.core.ids.uuid7, with bits that a seed repeats."""
    value = int(at.timestamp() * 1000) << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def senders(accounts: dict[str, str]) -> dict[str, str]:
    """Who sent each agency's leads: its vendor's account where it has one (`accounts`, by code), else its mailbox."""
    return {profile.code: accounts.get(profile.code, f"leads@{profile.domain}") for profile in PROFILES}


def _same_person(twin: Lead) -> dict[str, Any]:
    names = (
        "first_name", "last_name", "email", "phone", "date_of_birth", "address", "city", "state", "zip_code", "language",
    )  # fmt: skip
    return {name: getattr(twin, name) for name in names}


def _priority(lead: Lead, today: Any) -> str:
    left = lead.days_to_deadline(today)
    if left is not None and 0 <= left < 120 and lead.quality_score >= 4:
        return Priority.URGENT
    return (
        Priority.HIGH
        if lead.quality_score >= 8
        else Priority.LOW
        if lead.quality_score <= 2
        else Priority.NORMAL
    )


def _assignment(lead: Lead, agent: Agent | None) -> dict[str, Any]:
    """The record of an assignment on intake; the demo has no other candidates to show."""
    if agent is None or lead.assigned_at != lead.created_at:
        return {
            "strategy": "least_loaded",
            "chosen": None,
            "reason": "no agent is present with room",
            "candidates": [],
        }
    chosen = {"agent": agent.email, "eligible": True, "reason": "places free"}
    return {
        "strategy": "least_loaded",
        "chosen": agent.email,
        "reason": "least loaded",
        "candidates": [chosen],
    }
