"""The demo's people: one admin, one manager, eight agents of differing skill and speed, five vendors."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password

from crm.core.choices import Availability, Role
from crm.core.models import User
from leads.services.demo.agencies import PROFILES

MAIL_DOMAIN = "demo.test"
VENDORS = 5


class Skills(NamedTuple):
    """An agent: name, most open leads, availability, what they add to the log-odds of a retainer, and the
    minutes until they call (median).
    """

    first: str
    last: str
    max_capacity: int
    availability: Availability
    skill: float
    minutes: float


AGENTS = (
    Skills("Maya", "Thornton", 120, Availability.ACTIVE, 0.55, 4),
    Skills("Luis", "Herrera", 110, Availability.ACTIVE, 0.35, 7),
    Skills("Nicole", "Baptiste", 100, Availability.ACTIVE, 0.15, 12),
    Skills("Kevin", "Strand", 100, Availability.ACTIVE, -0.1, 18),
    Skills("Aisha", "Rahman", 90, Availability.ACTIVE, 0.3, 6),
    Skills("Tom", "Delacroix", 80, Availability.ACTIVE, -0.35, 45),
    Skills("Beth", "Lindqvist", 70, Availability.BUSY, 0.0, 25),
    Skills("Omar", "Saleh", 60, Availability.AWAY, -0.6, 90),
)
STAFF = ((Role.ADMIN, "admin", "Ada", "Winslow"), (Role.MANAGER, "manager", "Martin", "Okafor"))
VENDOR_NAMES = tuple(profile.contact[0].split(" ", 1) for profile in PROFILES[:VENDORS])


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent who works demo leads; `room` is how many more open leads they may hold now."""

    id: int
    email: str
    skills: Skills
    room: int


def create_accounts(now: datetime) -> None:
    """The accounts that are not there yet, all with settings.DEMO_PASSWORD. Accounts that exist stay as they are."""
    password = make_password(settings.DEMO_PASSWORD)  # slow by design: once for all
    wanted = [*_staff(), *_agents(), *_vendors()]
    known = set(User.objects.values_list("email", flat=True))
    for user in wanted:
        user.password, user.last_seen = password, now
    User.objects.bulk_create([user for user in wanted if user.email not in known])


def working_agents() -> list[Agent]:
    """The demo's agents who may be given leads, with the room they have."""
    by_email = {address(f"agent{number}"): skills for number, skills in enumerate(AGENTS, start=1)}
    users = User.objects.agents().filter(email__in=by_email, is_active=True).order_by("pk")
    return [Agent(user.pk, user.email, by_email[user.email], user.open_slots) for user in users]


def address(name: str) -> str:
    return f"{name}@{MAIL_DOMAIN}"


def _account(name: str, role: Role, first: str, last: str) -> User:
    email = address(name)
    return User(username=email, email=email, role=role, first_name=first, last_name=last)


def _staff() -> list[User]:
    return [_account(name, role, first, last) for role, name, first, last in STAFF]


def _agents() -> list[User]:
    users = []
    for number, skills in enumerate(AGENTS, start=1):
        user = _account(f"agent{number}", Role.AGENT, skills.first, skills.last)
        user.max_capacity, user.availability = skills.max_capacity, skills.availability
        users.append(user)
    return users


def _vendors() -> list[User]:
    users = []
    for number, (first, last) in enumerate(VENDOR_NAMES, start=1):
        user = _account(f"vendor{number}", Role.VENDOR, first, last)
        user.vendor_code = PROFILES[number - 1].code
        users.append(user)
    return users
