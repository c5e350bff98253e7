"""The demo world's parts, without a database."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from crm.core.choices import Availability
from leads.choices import TRANSITIONS, Disposition
from leads.services.demo.accounts import AGENTS, Agent
from leads.services.demo.agencies import PROFILES
from leads.services.demo.arrivals import Arrival, draw_arrivals
from leads.services.demo.crashes import CrashLog
from leads.services.demo.dice import Dice
from leads.services.demo.geography import STATES
from leads.services.demo.identities import PhoneBook, draw_identities
from leads.services.demo.journeys import Journey
from leads.services.demo.outcomes import Hands, Outcome
from leads.services.demo.rendering import copy_line
from leads.services.demo.standing import Standing, draw_places

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
BY_CODE = {profile.code: profile for profile in PROFILES}


@pytest.fixture(scope="module")
def arrivals() -> list[Arrival]:
    return draw_arrivals(12_000, profiles=PROFILES, now=NOW, zone=ZONE, random=Dice(1))


def weekend_share(arrivals: list[Arrival], code: str) -> float:
    days = [one.at.astimezone(ZONE).weekday() for one in arrivals if one.agency.code == code]
    return sum(day >= 5 for day in days) / len(days)


def test_the_week_has_a_rhythm(arrivals: list[Arrival]) -> None:
    assert weekend_share(arrivals, "ACCIDENTPRO") < 2 / 7 < weekend_share(arrivals, "RIDGELINE")
    assert weekend_share(arrivals, "BLUELINE") < 0.15


def test_the_day_has_a_rhythm(arrivals: list[Arrival]) -> None:
    hours = Counter(one.at.astimezone(ZONE).hour for one in arrivals if one.agency.hours == "office")
    assert hours[11] > 5 * hours[3]


def test_agencies_grow_decline_and_pause(arrivals: list[Arrival]) -> None:
    half = NOW - timedelta(days=182)
    late = Counter(one.agency.code for one in arrivals if one.at > half)
    early = Counter(one.agency.code for one in arrivals if one.at <= half)
    assert late["SUMMITLEADS"] > 1.25 * early["SUMMITLEADS"]
    assert late["PACIFICINTAKE"] / late.total() < 0.9 * early["PACIFICINTAKE"] / early.total()
    assert not [one for one in arrivals if one.agency.code == "LANTERN" and one.at > NOW - timedelta(days=23)]


def test_arrivals_are_in_order_and_not_to_come(arrivals: list[Arrival]) -> None:
    moments = [one.at for one in arrivals]
    assert moments == sorted(moments)
    assert moments[-1] < NOW
    assert moments[0] > NOW - timedelta(days=366)


def test_one_agency_collapsed_six_weeks_ago() -> None:
    harborpoint = BY_CODE["HARBORPOINT"]
    before, after = harborpoint.at(timedelta(days=60)), harborpoint.at(timedelta(days=10))
    assert after.represented > 3 * before.represented
    assert after.lift < before.lift


def test_every_area_code_makes_valid_numbers() -> None:
    for state in STATES.values():
        for area in state.areas:
            number = phonenumbers.parse(f"+1{area}5554821")
            assert phonenumbers.is_valid_number(number), (state.code, area)


def test_numbers_never_come_twice_and_move_on_to_other_states() -> None:
    delaware_sized = STATES["DC"]
    book = PhoneBook(Dice(1), taken={"+12025550000"})
    numbers = [book.number(delaware_sized) for _ in range(20_100)]
    assert len(set(numbers)) == len(numbers)
    assert "+12025550000" not in numbers
    assert "+12025551212" not in numbers
    assert {number[2:5] for number in numbers[:19_000]} == set(delaware_sized.areas)


def test_serials_in_use_are_passed_over(arrivals: list[Arrival]) -> None:
    taken = {"jo100@example.com", "jo102@example.net", "+12125550100"}
    drawn = draw_identities(arrivals[:3], taken=taken, random=Dice(1))
    assert [identity.serial for identity in drawn] == [101, 103, 104]


@pytest.mark.parametrize("room", [0, 3, 100])
def test_places_never_exceed_the_room(arrivals: list[Arrival], room: int) -> None:
    agents = [Agent(number, f"agent{number}@demo.test", skills, room) for number, skills in enumerate(AGENTS)]
    places = draw_places(arrivals, agents=agents, now=NOW, random=Dice(1))
    held = Counter(place.agent.id for place in places if place.agent and place.standing == Standing.OPEN)
    assert max(held.values(), default=0) <= room
    for place, arrival in zip(places, arrivals, strict=True):
        if place.standing != Standing.RESOLVED:
            assert NOW - arrival.at < timedelta(days=75)


def test_who_is_away_holds_few(arrivals: list[Arrival]) -> None:
    agents = [Agent(number, "", skills, 40) for number, skills in enumerate(AGENTS)]
    places = draw_places(arrivals, agents=agents, now=NOW, random=Dice(1))
    held = Counter(place.agent for place in places if place.agent and place.standing == Standing.OPEN)
    away = next(agent for agent in agents if agent.skills.availability == Availability.AWAY)
    assert 0 < held[away] < min(count for agent, count in held.items() if agent != away)


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("hours_ago", [0.1, 30, 2000])
def test_journeys_are_allowed_and_over_by_now(standing: Standing, hours_ago: float) -> None:
    arrived = NOW - timedelta(hours=hours_ago)
    d = Disposition
    outcomes = [
        Outcome(d.RETAINED, d.RETAINED),
        Outcome(d.RETAINED, d.RETAINED, withdrawn=True),
        Outcome(d.NOT_INTERESTED, d.ATTEMPTING, "unresponsive"),
        Outcome(d.REJECTED, d.AWAITING_PROOF, "refused"),
        Outcome(d.NOT_QUALIFIED, d.CONTACTED, "weak"),
        Outcome(d.DUPLICATE, d.NEW, "duplicate"),
    ]
    for draw in range(200):
        journey = Journey(arrived, NOW, standing, ZONE, Dice(draw))
        steps = journey.steps(outcomes[draw % len(outcomes)], Hands(0.0, 20))
        stages = [d.NEW, *(step.to for step in steps)]
        assert all(new in TRANSITIONS[old] for old, new in pairwise(stages))
        moments = [arrived, *(step.at for step in steps), NOW]
        assert moments == sorted(moments)
        if standing == Standing.WAITING:
            assert steps == []


def test_a_resolved_lead_reaches_its_end_and_an_open_one_does_not() -> None:
    outcome = Outcome(Disposition.RETAINED, Disposition.RETAINED)
    for draw in range(100):
        resolved = Journey(NOW - timedelta(days=9), NOW, Standing.RESOLVED, ZONE, Dice(draw))
        assert Disposition.RETAINED in [step.to for step in resolved.steps(outcome, Hands(0.0, 20))]
        still_open = Journey(NOW - timedelta(days=9), NOW, Standing.OPEN, ZONE, Dice(draw))
        assert Disposition.RETAINED not in [step.to for step in still_open.steps(outcome, Hands(0.0, 20))]


def test_crashes_come_from_the_file_or_from_our_own_table(tmp_path: Path) -> None:
    own = CrashLog.load(tmp_path / "absent.csv")
    assert len(own.crashes) == 14
    assert own.origin == "a table of its own"
    file = tmp_path / "few.csv"
    injured = ",".join(f"NUMBER OF {kind} INJURED" for kind in ("PEDESTRIANS", "CYCLIST", "MOTORIST"))
    vehicles = "CONTRIBUTING FACTOR VEHICLE 1,VEHICLE TYPE CODE 1,VEHICLE TYPE CODE 2"
    file.write_text(f"TIME,BOROUGH,{injured},{vehicles}\n9:50,BROOKLYN,1,0,0,Unsafe Speed,TAXI,\n")
    [crash] = CrashLog.load(file).crashes
    assert (crash.hour, crash.city, crash.pedestrians, crash.injured) == (9, "Brooklyn", 1, 1)
    assert crash.vehicles == ("TAXI", "")


def test_crashes_that_hurt_someone_are_drawn_more_often(tmp_path: Path) -> None:
    log, random = CrashLog.load(tmp_path / "absent.csv"), Dice(1)
    drawn = [log.draw(random).injured > 0 for _ in range(1000)]
    assert sum(drawn) / 1000 > 0.8


def test_copy_lines_escapes_what_copy_would_misread() -> None:
    row = [None, True, 'tab\there "and" \\', ['a "quoted" tag', "plain"], {"note": "two\nlines"}]
    assert copy_line(row) == (
        '\\N\tt\ttab\\there "and" \\\\\t{"a \\\\"quoted\\\\" tag","plain"}\t{"note":"two\\\\nlines"}\n'
    )
