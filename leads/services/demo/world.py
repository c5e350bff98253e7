"""The demo world: turns arrivals into leads with their history, without touching the database."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models.base import ModelState

from leads.choices import Disposition, Priority
from leads.models import Lead
from leads.services.demo.accounts import Agent
from leads.services.demo.agencies import PROFILES, Profile
from leads.services.demo.arrivals import Arrival
from leads.services.demo.consent import consent
from leads.services.demo.crashes import CrashLog
from leads.services.demo.dice import Dice
from leads.services.demo.facts import Case
from leads.services.demo.geography import STATES
from leads.services.demo.identities import Identity
from leads.services.demo.journeys import Journey, draw_hands
from leads.services.demo.outcomes import Outcome, draw_outcome
from leads.services.demo.people import People
from leads.services.demo.standing import Place
from leads.services.demo.working import Change, Desk, Remark
from leads.services.intake import IntakeContext, decide, unique_verdict

DEFAULTS = {column.attname: column.get_default() for column in Lead._meta.concrete_fields}
REMEMBERED = 400  # leads back that a duplicate may repeat
REPEATED_WITHIN = timedelta(days=60)
FOUND_WITHIN = timedelta(hours=2)
PERSON = (
    "first_name", "last_name", "email", "phone", "date_of_birth", "address", "city", "state", "zip_code", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A lead to be: when and from whom, where it stands today, and what makes it one of a kind."""

    arrival: Arrival
    place: Place
    identity: Identity


@dataclass(frozen=True, slots=True)
class Story:
    """One lead with all that happened to it; `decisions` is what intake decided, as recorded."""

    lead: Lead
    changes: list[Change]
    remarks: list[Remark]
    decisions: dict[str, Any]


@dataclass(frozen=True)
class World:
    """What all leads share. Needs no database, so that it can be handed to other processes."""

    people: People
    crashes: CrashLog
    context: IntakeContext
    agents: list[Agent]
    manager: tuple[int, str]
    senders: dict[str, str]
    now: datetime
    zone: ZoneInfo


@dataclass
class Chapter:
    """Tells the stories of leads that came in one after the other; `random` decides them alone."""

    world: World
    random: Dice
    _recent: deque[Lead] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def stories(self, newcomers: Iterable[Newcomer]) -> Iterator[Story]:
        """One story for each newcomer (oldest first), in the same order."""
        context = self.world.context
        for newcomer in newcomers:
            today = newcomer.arrival.at.astimezone(self.world.zone).date()
            if context.today != today:
                context = replace(context, today=today)  # the rules are asked on the day the lead came in
            yield self._story(newcomer, context)

    def _story(self, newcomer: Newcomer, context: IntakeContext) -> Story:
        agent = newcomer.place.agent
        twin = self._twin(newcomer)
        lead = self._lead(newcomer, twin, context.today)
        decisions = decide(lead, context)
        decisions["duplicate"] = unique_verdict(lead, context.policy.duplicate_window_days)
        lead.priority = _priority(lead, context.today)
        desk = Desk(lead, self.world.manager, self.world.now, self.world.zone, self.random)
        if agent:
            self._work(desk, newcomer, agent, context.today, is_repeat=twin is not None)
        if twin is None:
            self._recent.append(lead)
        decisions["assignment"] = _assignment(lead, agent)
        return Story(lead, desk.changes, desk.remarks, decisions)

    def _work(self, desk: Desk, newcomer: Newcomer, agent: Agent, today: date, *, is_repeat: bool) -> None:
        arrival, world = newcomer.arrival, self.world
        hands = draw_hands(agent.skills.skill, agent.skills.minutes, arrival.at, world.zone, self.random)
        if is_repeat:
            outcome = Outcome(Disposition.DUPLICATE, Disposition.NEW, "duplicate")
        else:
            outcome = draw_outcome(
                desk.lead,
                agency=arrival.agency,
                hands=hands,
                today=today,
                ripeness=newcomer.place.ripeness(world.now - arrival.at),
                random=self.random,
            )
        journey = Journey(arrival.at, world.now, newcomer.place.standing, world.zone, self.random)
        steps = journey.steps(outcome, hands)
        first_call = steps[0].at if steps else min(world.now, arrival.at + timedelta(minutes=hands.minutes))
        desk.assign(agent, colleagues=world.agents, first_call=first_call)
        desk.follow(steps, outcome, agent)

    def _twin(self, newcomer: Newcomer) -> Lead | None:
        """The earlier lead that this one repeats, if it does; the database lets repeats in as `Duplicate` only."""
        if not self._recent or self.random.random() >= newcomer.arrival.agency.duplicates:
            return None
        if newcomer.place.agent is None or self.world.now - newcomer.arrival.at < FOUND_WITHIN:
            return None  # nobody has looked at it yet
        twin = self.random.choice(self._recent)
        return twin if newcomer.arrival.at - twin.created_at < REPEATED_WITHIN else None

    def _lead(self, newcomer: Newcomer, twin: Lead | None, today: date) -> Lead:
        agency, at = newcomer.arrival.agency, newcomer.arrival.at
        home = STATES[twin.state] if twin else newcomer.identity.home
        facts = Case(self.world.crashes.draw(self.random), agency, home, today, self.random).facts()
        if twin:
            person = {name: getattr(twin, name) for name in PERSON}
            facts |= {
                name: getattr(twin, name) for name in ("accident_date", "accident_state", "treatment_date")
            }
        else:
            person = self.world.people.draw(newcomer.identity, today, self.random)
        return lead_of(
            {
                "id": uuid7_at(at, self.random),
                "agency_id": agency.code,
                "created_at": at,
                "updated_at": at,
                "created_by": self.world.senders[agency.code],
                "tags": self._tags(person, facts),
                **self._origin(agency),
                **person,
                **facts,
                **consent(agency, self.random),
            }
        )

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
    """An unsaved lead. Skips the model's own way in, which takes as long as half of everything else here."""
    lead = Lead.__new__(Lead)
    lead.__dict__.update(DEFAULTS, _state=ModelState(), **values)
    return lead


def uuid7_at(at: datetime, random: Dice) -> UUID:
    """As crm.core.ids.uuid7, with bits that a seed repeats."""
    value = int(at.timestamp() * 1000) << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def senders(accounts: dict[str, str]) -> dict[str, str]:
    """Who sent each agency's leads: its vendor's account where it has one (`accounts`, by code), else its mailbox."""
    return {profile.code: accounts.get(profile.code, f"leads@{profile.domain}") for profile in PROFILES}


def _priority(lead: Lead, today: date) -> str:
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
