"""Demo people. None is real: 555 numbers have no subscribers, and example.* is reserved (RFC 2606)."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from faker import Faker

from leads.services.demo.dice import Dice
from leads.services.demo.geography import State
from leads.services.demo.identities import Identity

POOL = 1500  # Faker makes some ten thousand names a second; drawing from pools is a hundred times faster
MAIL_DOMAINS = ("example.com", "example.net", "example.org")
SPANISH = {"FL": 0.26, "TX": 0.27, "CA": 0.28, "NY": 0.17, "NJ": 0.16, "AZ": 0.2, "NV": 0.2}
OTHER_LANGUAGES = ("Mandarin", "Haitian Creole", "Russian", "Portuguese", "Korean", "Vietnamese")


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
    """Draws one person after the other, from pools of names."""

    def __init__(self, seed: int) -> None:
        english, spanish = Faker("en_US"), Faker("es_MX")
        english.seed_instance(seed)
        spanish.seed_instance(seed)
        self._names = {"English": Names.of(english), "Spanish": Names.of(spanish)}
        self._streets = tuple(english.street_name() for _ in range(POOL))

    def draw(self, identity: Identity, today: date, random: Dice) -> dict[str, Any]:
        """The person's fields of a lead that comes in `today`."""
        state = identity.home
        language = _language(state, random)
        names = self._names.get(language, self._names["English"])
        first, last = random.choice(names.first), random.choice(names.last)
        city = random.choice(state.cities)
        reach = random.random()
        return {
            "first_name": first,
            "last_name": last,
            "email": "" if reach < 0.07 else _email(first, last, identity.serial, random),
            "phone": "" if reach > 0.985 else identity.phone,
            "alternate_phone": identity.alternate_phone,
            "date_of_birth": today - timedelta(days=_age_days(random)) if random.random() < 0.8 else None,
            "address": f"{random.randint(1, 2400)} {random.choice(self._streets)}"
            if random.random() < 0.7
            else "",
            "city": city.name,
            "state": state.code,
            "zip_code": f"{city.zip3}{random.randint(1, 99):02d}",
            "language": language,
        }


def _language(state: State, random: Dice) -> str:
    draw = random.random()
    if draw < SPANISH.get(state.code, 0.06):
        return "Spanish"
    return random.choice(OTHER_LANGUAGES) if draw > 0.98 else "English"


def _age_days(random: Dice) -> int:
    years = random.triangular(18, 82, 33) if random.random() < 0.985 else random.uniform(7, 18)
    return int(years * 365.25)


def _email(first: str, last: str, serial: int, random: Dice) -> str:
    """The serial number at the end makes the address unique, whatever the name."""
    given, family = ascii_letters(first), ascii_letters(last)
    local = random.choice(
        (f"{given}.{family}", f"{given}{family}", f"{given[:1]}{family}", f"{given}_{family}")
    )
    return f"{local}{serial}@{random.choice(MAIL_DOMAINS)}"


def ascii_letters(name: str) -> str:
    """The name's letters, lower case and without accents."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(filter(str.isalpha, folded))
