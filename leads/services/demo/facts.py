"""What a lead says about its crash. The answers hang together: how badly, so treated, so billed, so told."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from leads.choices import AtFault, HasAttorney, MedicalBills, RoleInAccident, Treatment, YesNoUnknown
from leads.services.demo.agencies import Profile
from leads.services.demo.crashes import Crash
from leads.services.demo.dice import Dice
from leads.services.demo.geography import NEIGHBOURS, STATES, State
from leads.services.demo.telling import describe_crash

COMMERCIAL = {"TAXI": 0.9, "VAN": 0.7, "PICK-UP TRUCK": 0.35, "TRUCK": 1.0, "BUS": 1.0}
INSURERS = (
    "GEICO",
    "State Farm",
    "Progressive",
    "Allstate",
    "USAA",
    "Liberty Mutual",
    "Travelers",
    "Nationwide",
    "Farmers",
)
CITED = ("other driver", "the other driver", "driver of vehicle 1", "at-fault driver")


class Level(NamedTuple):
    """How badly someone is hurt: from which severity on, the injuries, the care (with odds), the bills."""

    up_to: float
    injuries: tuple[str, ...]
    care: dict[Treatment, float]
    bills: tuple[str, ...]


# What a lead that skipped a question says instead.
SKIPPED: tuple[dict[str, Any], ...] = (
    {"at_fault": AtFault.UNKNOWN, "fault_percent": None, "citation_issued_to": ""},
    {"has_attorney": HasAttorney.UNKNOWN},
    {"injury_type": ""},
    {"treatment": Treatment.UNKNOWN, "treatment_date": None, "medical_bills_range": ""},
    {"police_report": YesNoUnknown.UNKNOWN, "police_report_number": ""},
    {"insurance_claimant": "", "insurance_other": ""},
    {"commercial_vehicle": None, "government_vehicle": None, "prior_settlement": None},
)

T, B = Treatment, MedicalBills
LEVELS = (
    Level(
        0.35,
        ("None", "Property damage only", "Shaken up"),
        {T.NONE: 8, T.UNKNOWN: 2, T.DOCTOR: 0.5},
        ("", "", B.UNDER_10K),
    ),
    Level(
        1.1,
        ("Whiplash", "Bruises", "Back pain", "Neck pain", "Headaches"),
        {T.NONE: 3, T.DOCTOR: 4, T.URGENT_CARE: 3, T.EMERGENCY: 1, T.UNKNOWN: 1},
        ("", B.UNDER_10K, B.UNDER_10K),
    ),
    Level(
        2.0,
        ("Neck and back", "Concussion", "Herniated disc", "Shoulder injury", "Knee injury"),
        {T.DOCTOR: 3, T.URGENT_CARE: 3, T.EMERGENCY: 4, T.ONGOING: 3, T.NONE: 0.7},
        (B.UNDER_10K, B.TO_25K, B.TO_25K),
    ),
    Level(
        2.9,
        ("Broken bone", "Herniated disc", "Torn ligament", "Fractured wrist", "Head injury"),
        {T.EMERGENCY: 4, T.HOSPITAL: 4, T.ONGOING: 4, T.SURGERY: 1.5},
        (B.TO_25K, B.TO_50K, B.TO_50K),
    ),
    Level(
        99.0,
        ("Multiple fractures", "Traumatic brain injury", "Spinal injury", "Internal injuries"),
        {T.HOSPITAL: 5, T.SURGERY: 5, T.ONGOING: 2},
        (B.TO_50K, B.TO_100K, B.TO_100K, B.OVER_100K),
    ),
)


CARE_SUMS = {level.up_to: (tuple(level.care), tuple(accumulate(level.care.values()))) for level in LEVELS}


@dataclass(frozen=True, slots=True)
class Case:
    """One crash as one lead of one agency tells of it, `today`."""

    crash: Crash
    agency: Profile
    home: State
    today: date
    random: Dice

    def facts(self) -> dict[str, Any]:
        """The fields of the crash."""
        where = self._where()
        days_ago = self._days_ago()
        fault = self._fault()
        role = self._role()
        hurt = self._hurt(role, days_ago)
        told = describe_crash(
            self.crash, role=role, hurt=hurt["injury_type"], fault=fault["at_fault"], random=self.random
        )
        told_facts = {
            "accident_date": self.today - timedelta(days=days_ago),
            "role_in_accident": role,
            "has_attorney": self._attorney(),
            "injury_description": told,
            **where,
            **fault,
            **hurt,
            **self._police(),
            **self._cover(),
        }
        for unknown in SKIPPED:
            if self.random.random() >= self.agency.detail:
                told_facts |= unknown
        return told_facts

    def _where(self) -> dict[str, str]:
        state = self.home
        if self.random.random() < 0.05:
            state = STATES[NEIGHBOURS.get(state.code, state.code)]
        local = state.code == "NY" and self.crash.city
        return {"accident_state": state.code, "accident_city": local or self.random.choice(state.cities).name}

    def _days_ago(self) -> int:
        """Days since the crash: many within two days, most within three months, a tail of two and a half years."""
        draw = self.random.random()
        if draw < self.agency.fresh * 0.6:
            return self.random.choice((0, 1, 1, 2, 2))
        if draw < 0.55 + self.agency.fresh * 0.4:
            return 2 + int(self.random.expovariate(1 / 24))
        return 3 + min(int(self.random.expovariate(1 / 190)), 900)

    def _role(self) -> str:
        if self.crash.pedestrians:
            return RoleInAccident.PEDESTRIAN
        if self.crash.cyclists:
            return RoleInAccident.CYCLIST
        if "TAXI" in self.crash.vehicles and self.random.random() < 0.45:
            return RoleInAccident.RIDESHARE
        return self.random.weighted(
            (RoleInAccident.DRIVER, RoleInAccident.PASSENGER, RoleInAccident.OTHER), (72, 98, 100)
        )

    def _hurt(self, role: str, days_ago: int) -> dict[str, Any]:
        on_foot = role in (RoleInAccident.PEDESTRIAN, RoleInAccident.CYCLIST)
        base = 1.9 if on_foot else 1.45 if self.crash.motorists else 0.85
        severity = base + self.agency.severity + self.random.gauss(0, 0.75)
        level = next(level for level in LEVELS if severity < level.up_to)
        care = self.random.weighted(*CARE_SUMS[level.up_to])
        if days_ago < 4 and care in (T.ONGOING, T.SURGERY):
            care = T.EMERGENCY
        treated = care not in (T.NONE, T.UNKNOWN)
        wait = (
            0
            if care in (T.EMERGENCY, T.HOSPITAL, T.SURGERY)
            else min(int(self.random.expovariate(1 / 4)), days_ago)
        )
        return {
            "injury_type": self.random.choice(level.injuries),
            "treatment": care,
            "treatment_date": self.today - timedelta(days=days_ago - wait)
            if treated and self.random.random() < 0.85
            else None,
            "medical_bills_range": self.random.choice(level.bills) if treated else "",
        }

    def _fault(self) -> dict[str, Any]:
        draw, own = self.random.random(), self.agency.at_fault
        if draw < own:
            return {"at_fault": AtFault.YES, "fault_percent": self.random.choice((None, 60, 70, 80, 100))}
        if draw < own + 0.07:
            return {
                "at_fault": AtFault.PARTIAL,
                "fault_percent": self.random.choice((None, 10, 20, 25, 30, 40, 50)),
            }
        if draw < own + 0.19:
            return {"at_fault": AtFault.UNKNOWN}
        cited = self.random.choice(CITED) if self.random.random() < 0.36 else ""
        return {
            "at_fault": AtFault.NO,
            "fault_percent": self.random.choice((None, 0)),
            "citation_issued_to": cited,
        }

    def _attorney(self) -> str:
        draw, represented = self.random.random(), self.agency.represented
        if draw < represented:
            return HasAttorney.YES
        if draw < represented + 0.035:
            return HasAttorney.FIRED
        return HasAttorney.UNKNOWN if draw > 0.93 else HasAttorney.NO

    def _police(self) -> dict[str, str]:
        report = self.random.weighted(
            (YesNoUnknown.YES, YesNoUnknown.NO, YesNoUnknown.UNKNOWN), (66, 86, 100)
        )
        number = f"MV-{self.today.year}-{self.random.randrange(1_000_000):06d}"
        known = report == YesNoUnknown.YES and self.random.random() < 0.55
        return {"police_report": report, "police_report_number": number if known else ""}

    def _cover(self) -> dict[str, Any]:
        chance = max((COMMERCIAL.get(kind, 0.04) for kind in self.crash.vehicles), default=0.0)
        commercial = self.random.random() < max(chance, self.agency.commercial)
        return {
            "insurance_claimant": self.random.choice(INSURERS) if self.random.random() < 0.62 else "",
            "insurance_other": self._other_insurer(),
            "commercial_vehicle": commercial if self.random.random() < 0.85 else None,
            "government_vehicle": self.random.random() < 0.015 if self.random.random() < 0.8 else None,
            "prior_settlement": self.random.random() < 0.02 if self.random.random() < 0.8 else None,
        }

    def _other_insurer(self) -> str:
        draw = self.random.random()
        return "uninsured" if draw < 0.06 else self.random.choice(INSURERS) if draw < 0.52 else ""
