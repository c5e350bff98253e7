"""The demo agencies: what sets them apart shows in every number that the program computes later."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from leads.services.demo.geography import Market

ANYWHERE = Market()


@dataclass(frozen=True)
class Profile:
    """An agency and the odds of its leads. Probabilities are 0 to 1.

    `campaigns` have shares of the leads; `weekdays` run from Monday; `growth` is the logarithm of the change
    of volume over the year; `lift` is added to the log-odds of a retainer, `severity` to how badly people are
    hurt; `detail` is the part of the questions that are answered.
    """

    code: str
    name: str
    contact: tuple[str, str]
    share: float
    ambition: float
    price: int
    campaigns: tuple[tuple[str, float], ...]
    weekdays: tuple[float, ...]
    hours: str
    growth: float = 0.0
    represented: float = 0.07
    at_fault: float = 0.07
    certified: float = 0.7
    unreachable: float = 0.16
    duplicates: float = 0.02
    severity: float = 0.0
    commercial: float = 0.0
    fresh: float = 0.45
    lift: float = 0.0
    market: Market = ANYWHERE
    detail: float = 0.72
    paused_for: timedelta | None = None
    collapsed_for: timedelta | None = None

    @property
    def domain(self) -> str:
        return f"{self.code.lower()}.example.com"

    def at(self, age: timedelta) -> "Profile":
        """The odds in force `age` ago."""
        return replace(self, **COLLAPSE) if self.collapsed_for and age < self.collapsed_for else self

    def sends_at(self, age: timedelta) -> bool:
        return self.paused_for is None or age > self.paused_for


COLLAPSE: dict[str, Any] = {
    "represented": 0.24, "at_fault": 0.16, "certified": 0.25, "unreachable": 0.38, "duplicates": 0.07,
    "lift": -0.9, "severity": -0.5, "detail": 0.5,
}  # fmt: skip

SEARCH = (1.25, 1.2, 1.15, 1.1, 1.0, 0.65, 0.6)
TELEVISION = (0.8, 0.75, 0.8, 0.85, 1.0, 1.45, 1.35)
SOCIAL = (0.9, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15)
CALLS = (1.3, 1.3, 1.25, 1.2, 1.15, 0.45, 0.25)

NORTHEAST = Market((("NY", 2.0), ("NJ", 2.0), ("CT", 1.8), ("PA", 1.6), ("MA", 1.5)), 0.25)
SOUTH = Market((("FL", 2.6), ("GA", 2.2), ("TX", 1.8), ("SC", 1.5), ("AL", 1.5), ("LA", 1.5)), 0.12)
WEST = Market((("CA", 3.2), ("NV", 2.0), ("AZ", 2.0), ("WA", 1.5), ("OR", 1.5), ("CO", 1.5)), 0.05)

PROFILES = (
    Profile(
        "ACCIDENTPRO", "Accident Pro Network", ("Dana Whitfield", "Account director"), 17, 1.0, 44,
        (("Google Search - Car Accident", 5), ("Google Search - Brand", 2), ("Bing Search", 1)),
        SEARCH, "office", growth=0.25, represented=0.05, at_fault=0.05, detail=0.82, certified=0.93,
        unreachable=0.11, lift=0.35,
    ),
    Profile(
        "RIDGELINE", "Ridgeline Legal Media", ("Marcus Oyelaran", "VP partnerships"), 14, 0.9, 40,
        (("TV - Weekend Spots", 5), ("TV - Late Night", 3), ("Radio - Drive Time", 1)),
        TELEVISION, "television", severity=0.15, detail=0.66, certified=0.35, unreachable=0.13, lift=0.2,
        market=NORTHEAST,
    ),
    Profile(
        "CRASHCONNECT", "CrashConnect", ("Priya Raman", "Client success"), 13, 1.1, 38,
        (("Google Search - Injury Lawyer", 4), ("Local Services Ads", 2), ("SEO - Blog", 1)),
        SEARCH, "office", growth=0.5, detail=0.76, certified=0.85, unreachable=0.13, lift=0.1,
    ),
    Profile(
        "SUMMITLEADS", "Summit Lead Group", ("Jesse Calloway", "Media buyer"), 12, 1.25, 24,
        (("Facebook - Carousel", 4), ("Instagram Stories", 2), ("TikTok - Testimonials", 3)),
        SOCIAL, "social", growth=0.9, represented=0.09, at_fault=0.11, detail=0.52, certified=0.75,
        unreachable=0.27, severity=-0.35, fresh=0.25, lift=-0.55,
    ),
    Profile(
        "HARBORPOINT", "Harborpoint Marketing", ("Elena Petrakis", "Managing partner"), 10, 1.0, 36,
        (("Google Search - Truck Accident", 3), ("Native - Outbrain", 2), ("Affiliate Network", 2)),
        SEARCH, "office", detail=0.78, certified=0.88, lift=0.2, market=NORTHEAST,
        collapsed_for=timedelta(days=42),
    ),
    Profile(
        "BLUELINE", "Blueline Live Transfers", ("Andre Kowalczyk", "Call centre manager"), 5, 1.0, 95,
        (("Live Transfer - English", 4), ("Live Transfer - Spanish", 1)),
        CALLS, "office", growth=0.2, represented=0.03, at_fault=0.03, detail=0.93, certified=0.6,
        unreachable=0.03, severity=0.25, fresh=0.6, lift=0.75,
    ),
    Profile(
        "METROCLAIMS", "Metro Claims Exchange", ("Todd Brannigan", "Operations"), 11, 1.4, 18,
        (("Shared Form", 5), ("Directory Listing", 2), ("Email Remarketing", 2)),
        SOCIAL, "social", growth=-0.2, represented=0.17, at_fault=0.12, detail=0.42, certified=0.4,
        unreachable=0.29, duplicates=0.08, severity=-0.25, fresh=0.2, lift=-0.75,
    ),
    Profile(
        "SUNSTATE", "Sunstate Injury Leads", ("Carla Montes", "Owner"), 8, 0.95, 34,
        (("Google Search - Florida", 3), ("TV - Spanish Language", 3), ("Billboard - I-95", 1)),
        TELEVISION, "television", growth=0.15, detail=0.68, certified=0.7, market=SOUTH,
    ),
    Profile(
        "KEYSTONE", "Keystone Referral Partners", ("Howard Leibowitz", "Attorney liaison"), 3, 1.0, 60,
        (("Attorney Referral", 3), ("Medical Provider Referral", 2)),
        CALLS, "office", represented=0.03, at_fault=0.03, detail=0.9, certified=0.8, unreachable=0.05,
        severity=0.35, lift=0.65, market=NORTHEAST,
    ),
    Profile(
        "PACIFICINTAKE", "Pacific Intake Solutions", ("Grace Nakamura", "Account manager"), 7, 0.85, 46,
        (("Google Search - California", 4), ("YouTube Pre-Roll", 2)),
        SEARCH, "west", growth=-0.6, detail=0.76, certified=0.82, market=WEST,
    ),
    Profile(
        "OPENROAD", "Open Road Trucking Claims", ("Billy Hargrove", "Founder"), 4, 1.1, 70,
        (("Google Search - 18 Wheeler", 3), ("Rideshare Accident Ads", 2)),
        SEARCH, "office", detail=0.8, growth=0.8, severity=0.3, commercial=0.55, lift=0.3,
        market=Market((("TX", 2.0), ("GA", 1.5)), 0.8),
    ),
    Profile(
        "LANTERN", "Lantern Digital", ("Simone Archer", "Campaign lead"), 5, 0.8, 28,
        (("Facebook - Lead Form", 3), ("Display Retargeting", 2)),
        SOCIAL, "social", growth=-1.1, represented=0.12, at_fault=0.1, detail=0.5, certified=0.3,
        unreachable=0.26, duplicates=0.04, lift=-0.4, paused_for=timedelta(days=24),
    ),
)  # fmt: skip
