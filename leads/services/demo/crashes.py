"""The crashes behind the leads: rows as New York's police report them, or a few of our own in the same shape."""

import csv
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from leads.services.demo.dice import Dice

INJURED_WEIGHT = 6.0  # people who were hurt call a lawyer; of 700 reported crashes only 118 hurt someone
BOROUGHS = {
    "MANHATTAN": "New York", "BROOKLYN": "Brooklyn", "QUEENS": "Queens", "BRONX": "Bronx", "STATEN ISLAND": "Staten Island",
}  # fmt: skip

# time; borough; injured pedestrians, cyclists, motorists; factor; vehicle types of both
OWN = """
8:15;BROOKLYN;0;0;1;Following Too Closely;PASSENGER VEHICLE;SPORT UTILITY / STATION WAGON
9:40;QUEENS;0;0;0;Driver Inattention/Distraction;PASSENGER VEHICLE;PASSENGER VEHICLE
11:20;MANHATTAN;0;0;0;Backing Unsafely;VAN;PASSENGER VEHICLE
12:05;BRONX;1;0;0;Failure to Yield Right-of-Way;PASSENGER VEHICLE;
13:30;;0;0;2;Traffic Control Disregarded;SPORT UTILITY / STATION WAGON;PASSENGER VEHICLE
14:10;QUEENS;0;1;0;Passing or Lane Usage Improper;PASSENGER VEHICLE;BICYCLE
15:25;BROOKLYN;0;0;0;Unsafe Lane Changing;TAXI;PASSENGER VEHICLE
16:00;;0;0;1;Following Too Closely;PICK-UP TRUCK;PASSENGER VEHICLE
16:45;STATEN ISLAND;0;0;0;Turning Improperly;PASSENGER VEHICLE;PASSENGER VEHICLE
17:30;;0;0;4;Unsafe Speed;SPORT UTILITY / STATION WAGON;TAXI
18:10;BROOKLYN;1;0;0;Driver Inattention/Distraction;SPORT UTILITY / STATION WAGON;
19:20;BRONX;0;0;0;Unspecified;PASSENGER VEHICLE;PASSENGER VEHICLE
21:55;MANHATTAN;0;0;1;Alcohol Involvement;PASSENGER VEHICLE;SPORT UTILITY / STATION WAGON
23:40;;0;0;0;Other Vehicular;PASSENGER VEHICLE;UNKNOWN
"""


@dataclass(frozen=True, slots=True)
class Crash:
    """One reported crash: local hour, city (empty: unknown), the injured by kind, the cause, both vehicles."""

    hour: int
    city: str
    pedestrians: int
    cyclists: int
    motorists: int
    factor: str
    vehicles: tuple[str, str]

    @property
    def injured(self) -> int:
        return self.pedestrians + self.cyclists + self.motorists


class CrashLog:
    """Crashes to draw from; `origin` says where they are from."""

    def __init__(self, crashes: list[Crash], origin: str) -> None:
        self.crashes = crashes
        self.origin = origin

    @classmethod
    def load(cls, path: Path) -> "CrashLog":
        """The crashes of the police's file, or our own where there is none."""
        if not path.is_file():
            return cls([_own(line) for line in OWN.strip().splitlines()], "a table of its own")
        with path.open(newline="", encoding="utf-8-sig") as file:
            return cls([_reported(row) for row in csv.DictReader(file)], path.name)

    @cached_property
    def _sums(self) -> list[float]:
        return list(accumulate(INJURED_WEIGHT if crash.injured else 1.0 for crash in self.crashes))

    def draw(self, random: Dice) -> Crash:
        return random.weighted(self.crashes, self._sums)


def _own(line: str) -> Crash:
    time, borough, pedestrians, cyclists, motorists, factor, first, second = line.split(";")
    return Crash(
        hour=int(time.partition(":")[0]),
        city=BOROUGHS.get(borough, ""),
        pedestrians=int(pedestrians),
        cyclists=int(cyclists),
        motorists=int(motorists),
        factor=factor,
        vehicles=(first, second),
    )


def _reported(row: dict[str, str]) -> Crash:
    return Crash(
        hour=int(row["TIME"].partition(":")[0] or 12),
        city=BOROUGHS.get(row["BOROUGH"], ""),
        pedestrians=int(row["NUMBER OF PEDESTRIANS INJURED"] or 0),
        cyclists=int(row["NUMBER OF CYCLIST INJURED"] or 0),
        motorists=int(row["NUMBER OF MOTORIST INJURED"] or 0),
        factor=row["CONTRIBUTING FACTOR VEHICLE 1"].strip() or "Unspecified",
        vehicles=(row["VEHICLE TYPE CODE 1"].strip(), row["VEHICLE TYPE CODE 2"].strip()),
    )
