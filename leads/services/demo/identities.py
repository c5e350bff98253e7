"""What makes each demo person one of a kind: a home, numbers and a serial that no earlier person was given."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count

from leads.services.demo.arrivals import Arrival
from leads.services.demo.dice import Dice
from leads.services.demo.geography import STATES, State

LINES = 10_000  # last four digits of a phone number
STRIDE = 7919  # coprime to LINES: walks through all lines in an order that looks like none
SERVICE_LINES = {1212, 4334}  # directory assistance and a nationwide number
FIRST_SERIAL = 100
SERIAL = re.compile(r"([0-9]+)@example\.(?:com|net|org)")
SECOND_NUMBER = 0.05


@dataclass(frozen=True, slots=True)
class Identity:
    """A home state, phone numbers in E.164 (the second one may be empty) and the number in the e-mail address."""

    home: State
    phone: str
    alternate_phone: str
    serial: int


class PhoneBook:
    """Gives out numbers never given before: each area code counts through the 10,000 lines of exchange 555."""

    def __init__(self, random: Dice, taken: Collection[str]) -> None:
        self._random = random
        self._taken = taken
        self._next = {area: random.randrange(LINES) for state in STATES.values() for area in state.areas}
        self._left = dict.fromkeys(self._next, LINES)

    def number(self, state: State) -> str:
        """A number of the state; of any state once its own are used up (people keep theirs when they move)."""
        while True:
            number = self._step(self._random.choice(self._areas(state)))
            if number:
                return number

    def _areas(self, state: State) -> list[str]:
        areas = [area for area in state.areas if self._left[area]]
        areas = areas or [area for area, left in self._left.items() if left]
        if not areas:
            raise RuntimeError(f"All {LINES * len(self._left):,} demo phone numbers are in use.")
        return areas

    def _step(self, area: str) -> str | None:
        line = self._next[area]
        self._next[area] = (line + STRIDE) % LINES
        self._left[area] -= 1
        number = f"+1{area}555{line:04d}"
        return None if line in SERVICE_LINES or number in self._taken else number


def draw_identities(arrivals: list[Arrival], *, taken: Collection[str], random: Dice) -> Iterator[Identity]:
    """One identity for each arrival; `taken` are the numbers and addresses in use."""
    book = PhoneBook(random, taken)
    used = {int(found[1]) for found in map(SERIAL.search, taken) if found}
    serials = (serial for serial in count(FIRST_SERIAL) if serial not in used)
    for arrival in arrivals:
        home = arrival.agency.market.draw(random)
        second = book.number(home) if random.random() < SECOND_NUMBER else ""
        yield Identity(home, book.number(home), second, next(serials))
