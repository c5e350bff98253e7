"""Intake, and work on one lead."""

from datetime import timedelta
from typing import Any

from crm.benchmark.client import send_json
from crm.benchmark.floor import Work
from crm.benchmark.operations.model import Case, Operation
from crm.benchmark.operations.reading import LIST
from crm.benchmark.results import per_second, times, within
from crm.benchmark.world import World
from crm.core.clock import business_day
from leads.choices import Disposition, Priority

NEW, CONTACTED, NORMAL = Disposition.NEW.value, Disposition.CONTACTED.value, Priority.NORMAL.value
AREA_DIGITS = range(3, 10), range(2, 9), range(10)  # none that a multiplied or seeded lead has
EXCHANGES = range(600, 1000)
NOTES = "rear ended at a light, whiplash and lower back pain, treated at the ER, police report taken, call after work"


def intake(world: World) -> Case:
    """A new person with all that an agency usually sends; the floor stores the same."""
    draw = world.random
    lead = world.lead(first_name=True, last_name=True, state=True)
    fresh = world.fresh
    area = "".join(str(fresh.choice(digits)) for digits in AREA_DIGITS)
    given: dict[str, Any] = {
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "email": f"benchmark.{fresh.randrange(10**12)}@example.com",
        "phone": f"+1{area}{fresh.choice(EXCHANGES)}{fresh.randrange(10_000):04d}",
        "state": lead.state,
        "campaign_source": lead.campaign_source,
        "accident_date": (business_day() - timedelta(days=draw.randrange(1, 300))).isoformat(),
        "notes": NOTES,
    }
    facts = {"at_fault": "no", "treatment": "emergency", "has_attorney": "no", "police_report": "yes"}
    consent = {"consent_given": True, "injury_type": "whiplash", "role_in_accident": "driver"}
    stored: dict[str, Any] = {"vendor_code": lead.vendor_code, "disposition": NEW, "priority": NORMAL}
    stored |= {"lead_value": 35, "quality_score": 8, "assigned_agent_id": draw.choice(world.agents)[0]}
    return Case(
        world.signed(send_json("POST", LIST, {**given, **facts, **consent}), "vendor"),
        Work("create", {**given, **stored}),
        lambda document: bool(document["lead_id"]),
    )


def move(world: World) -> Case:
    lead = world.lead(agent=True)
    world.stage([lead.id], disposition=CONTACTED)
    wanted = Disposition.QUALIFIED.value
    return Case(
        world.signed(send_json("PATCH", f"{LIST}/{lead.id}", {"disposition": wanted}), "manager"),
        Work("patch", {"id": lead.row, "disposition": wanted}),
        lambda document: document["disposition"] == wanted,
    )


def assignment(world: World) -> Case:
    lead = world.lead()
    world.stage([lead.id], disposition=CONTACTED, unassigned=True)
    agent, email = world.random.choice(world.agents)
    return Case(
        world.signed(send_json("POST", f"{LIST}/{lead.id}/assign", {"agent_email": email}), "manager"),
        Work("assign", {"id": lead.row, "agent": agent}),
        lambda document: document["lead"]["assigned_agent"] == email,
    )


OPERATIONS = (
    Operation("create", "POST /leads, whole pipeline", intake, (times(8, "W"), within(5000)), 1.3),
    Operation("create-together", "… clients together", intake, (per_second(100),), 1.3, clients=8),
    Operation("assign", "POST /leads/{id}/assign", assignment),
    Operation("patch", "PATCH /leads/{id}, a move", move, (times(5, "W"),)),
)
