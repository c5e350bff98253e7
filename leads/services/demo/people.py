"""Demo people. Nobody here is real: 555 numbers are given to no subscriber, and example.* is reserved (RFC 2606)."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from faker import Faker

from leads.services.demo.geography import STATES, State

POOL = 1500  # Faker makes some ten thousand names a second; drawing from pools is a hundred times faster
LINES = 10_000  # last four digits of a phone number
STRIDE = 7919  # coprime to LINES: walks through all lines in an order that looks like none
SERVICE_LINES = {1212, 4334}  # directory assistance and a nationwide number
MAIL_DOMAINS = ("example.com", "example.net", "example.org")
SPANISH = {"FL": 0.26, "TX": 0.27, "CA": 0.28, "NY": 0.17, "NJ": 0.16, "AZ": 0.2, "NV": 0.2}
OTHER_LANGUAGES = ("Mandarin", "Haitian Creole", "Russian", "Portuguese", "Korean", "Vietnamese")


class PhoneBook:
    """Gives out numbers never given before: each area code counts through its 10,000 lines of exchange 555."""

    def __init__(self, random: Random, taken: Collection[str]) -> None:
        self._random = random
        self._taken = taken
        self._next = {area: random.randrange(LINES) for state in STATES.values() for area in state.areas}
        self._left = dict.fromkeys(self._next, LINES)

    def number(self, state: State) -> str:
        """A number of the state; of any state once its own are used up (people keep their mobile when they move)."""
        while True:
            areas = [area for area in state.areas if self._left[area]] or [
                area for area, left in self._left.items() if left
            ]
            if not areas:
                raise RuntimeError("All three million demo phone numbers are in use.")
            number = self._step(self._random.choice(areas))
            if number:
                return number

    def _step(self, area: str) -> str | None:
        line = self._next[area]
        self._next[area] = (line + STRIDE) % LINES
        self._left[area] -= 1
        number = f"+1{area}555{line:04d}"
        return None if line in SERVICE_LINES or number in self._taken else number


@dataclass(frozen=True)
class Names:
    """Pools of one culture's names."""

    first: tuple[str, ...]
    last: tuple[str, ...]

    @classmethod
    def of(cls, fake: Any) -> "Names":
        return cls(
            tuple(fake.first_name() for _ in range(POOL)),
            tuple(fake.last_name() for _ in range(POOL)),
        )


class People:
    """Draws one person after the other; no e-mail address and no number comes twice, in this run or an earlier one."""

    def __init__(self, random: Random, *, seed: int, taken: Collection[str], first_serial: int) -> None:
        self._random = random
        self._taken = taken
        self._serial = first_serial
        self.phones = PhoneBook(random, taken)
        english, spanish = Faker("en_US"), Faker("es_MX")
        english.seed_instance(seed)
        spanish.seed_instance(seed)
        self._names = {"English": Names.of(english), "Spanish": Names.of(spanish)}
        self._streets = tuple(english.street_name() for _ in range(POOL))

    def draw(self, state: State, today: date) -> dict[str, Any]:
        """The person's fields of a lead that comes in `today`."""
        random = self._random
        language = self._language(state)
        names = self._names.get(language, self._names["English"])
        first, last = random.choice(names.first), random.choice(names.last)
        city = random.choice(state.cities)
        reach = random.random()
        return {
            "first_name": first,
            "last_name": last,
            "email": "" if reach < 0.07 else self._email(first, last),
            "phone": "" if reach > 0.985 else self.phones.number(state),
            "alternate_phone": self.phones.number(state) if random.random() < 0.05 else "",
            "date_of_birth": today - timedelta(days=self._age_days()) if random.random() < 0.8 else None,
            "address": f"{random.randint(1, 2400)} {random.choice(self._streets)}"
            if random.random() < 0.7
            else "",
            "city": city.name,
            "state": state.code,
            "zip_code": f"{city.zip3}{random.randint(1, 99):02d}",
            "language": language,
        }

    def _language(self, state: State) -> str:
        draw = self._random.random()
        if draw < SPANISH.get(state.code, 0.06):
            return "Spanish"
        return self._random.choice(OTHER_LANGUAGES) if draw > 0.98 else "English"

    def _age_days(self) -> int:
        years = (
            self._random.triangular(18, 82, 33)
            if self._random.random() < 0.985
            else self._random.uniform(7, 18)
        )
        return int(years * 365.25)

    def _email(self, first: str, last: str) -> str:
        """The serial number at the end makes the address unique, whatever the name."""
        given, family = ascii_letters(first), ascii_letters(last)
        local = self._random.choice(
            (f"{given}.{family}", f"{given}{family}", f"{given[:1]}{family}", f"{given}_{family}")
        )
        while True:
            self._serial += 1
            email = f"{local}{self._serial}@{self._random.choice(MAIL_DOMAINS)}"
            if email not in self._taken:
                return email


def ascii_letters(name: str) -> str:
    """The name's letters, lower case and without accents."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(filter(str.isalpha, folded))
