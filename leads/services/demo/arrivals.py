"""When leads come in: a year with trends, seasons, holidays, weekly and daily rhythm, and noise."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from math import exp
from zoneinfo import ZoneInfo

from leads.services.demo.agencies import Profile
from leads.services.demo.dice import Dice

DAYS = 365
SEASON = (0.97, 0.88, 0.94, 0.96, 1.03, 1.06, 1.05, 1.04, 1.0, 1.08, 1.05, 0.98)  # January to December
HOLIDAYS = {(1, 1): 0.5, (7, 4): 0.6, (11, 27): 0.55, (12, 24): 0.6, (12, 25): 0.35, (12, 31): 0.7}

# Weights of the hours 0 to 23, business time.
HOURS = {
    "office": (2, 1, 1, 1, 1, 2, 4, 8, 14, 20, 22, 22, 19, 19, 20, 19, 17, 14, 11, 9, 8, 6, 4, 3),
    "television": (6, 3, 2, 1, 1, 1, 3, 5, 7, 9, 11, 12, 11, 10, 9, 9, 9, 10, 13, 17, 20, 20, 16, 11),
    "social": (8, 5, 3, 2, 1, 1, 3, 6, 8, 9, 10, 11, 13, 11, 10, 10, 11, 12, 14, 17, 19, 20, 17, 13),
    "west": (4, 2, 2, 1, 1, 1, 1, 2, 4, 7, 12, 17, 20, 21, 20, 19, 19, 18, 16, 13, 11, 9, 7, 5),
}
HOUR_SUMS = {name: list(accumulate(weights)) for name, weights in HOURS.items()}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lead to be: when it comes in, and from whom, with the odds of that day."""

    at: datetime
    agency: Profile


def draw_arrivals(
    count: int, *, profiles: tuple[Profile, ...], now: datetime, zone: ZoneInfo, random: Dice
) -> list[Arrival]:
    """`count` arrivals of the year before `now`, oldest first."""
    cells, weights = _calendar(profiles, now.astimezone(zone), random)
    drawn = random.choices(cells, cum_weights=list(accumulate(weights)), k=count)
    arrivals = [Arrival(_moment(day, agency.hours, now, zone, random), agency) for day, agency in drawn]
    return sorted(arrivals, key=lambda arrival: arrival.at)


def _calendar(
    profiles: tuple[Profile, ...], now: datetime, random: Dice
) -> tuple[list[tuple[date, Profile]], list[float]]:
    """Every day and agency of the year, and how many leads to expect there (relative)."""
    cells, weights = [], []
    today_so_far = (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(days=1)
    for days_ago in range(DAYS - 1, -1, -1):
        day, age = now.date() - timedelta(days=days_ago), timedelta(days=days_ago)
        common = (
            SEASON[day.month - 1] * HOLIDAYS.get((day.month, day.day), 1.0) * random.lognormvariate(0, 0.08)
        )
        if days_ago == 0:
            common *= today_so_far
        for profile in profiles:
            if profile.sends_at(age):
                trend = exp(profile.growth * (0.5 - days_ago / DAYS))
                noise = random.lognormvariate(0, 0.15)
                cells.append((day, profile.at(age)))
                weights.append(common * profile.share * trend * noise * profile.weekdays[day.weekday()])
    return cells, weights


def _moment(day: date, hours: str, now: datetime, zone: ZoneInfo, random: Dice) -> datetime:
    hour = random.weighted(range(24), HOUR_SUMS[hours])
    second_of_hour = random.randrange(3600)
    local = datetime.combine(day, time(hour, second_of_hour // 60, second_of_hour % 60), tzinfo=zone)
    at = local.astimezone(UTC) + timedelta(microseconds=random.randrange(1_000_000))
    if at < now:
        return at
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    return midnight + (now - midnight) * random.random()
