"""Free text, and suggestions while typing."""

import re

from crm.benchmark.client import get
from crm.benchmark.floor import Work
from crm.benchmark.operations.model import Case, Operation, holds_leads
from crm.benchmark.operations.reading import LIST
from crm.benchmark.results import times, within
from crm.benchmark.world import World

WORD = re.compile(r"\b[a-z]{5,}\b")
TYPED = 4  # letters


def rare(world: World) -> Case:
    """An e-mail address's name, or the last seven digits of a phone number."""
    if world.random.random() < 0.5:
        return _found(world, world.lead(email=True).email.split("@")[0])
    return _found(world, world.lead(phone=True).phone[-7:])


def common(world: World) -> Case:
    return _found(world, world.lead(last_name=True).last_name)


def two_words(world: World) -> Case:
    lead = world.lead(first_name=True, last_name=True)
    return _found(world, f"{lead.first_name} {lead.last_name}")


def note_word(world: World) -> Case:
    words: list[str] = []
    while not words:
        words = WORD.findall(world.lead(notes=True).notes)  # all lower case: no names, nothing abbreviated
    word = world.random.choice(words)
    return Case(world.signed(get(LIST, {"q": word}), "manager"), Work("words", {"word": word}), holds_leads)


def suggestion(world: World) -> Case:
    typed = world.lead(last_name=True).last_name[:TYPED].lower()
    return Case(
        world.signed(get("/api/search/suggestions", {"q": typed}), "manager"),
        Work("search", {"q": f"%{typed}%"}),
        lambda document: bool(document["suggestions"]),
    )


def _found(world: World, text: str) -> Case:
    return Case(
        world.signed(get(LIST, {"q": text}), "manager"), Work("search", {"q": f"%{text}%"}), holds_leads
    )


OPERATIONS = (
    Operation("search-rare", "GET /leads?q= an e-mail or phone", rare, (times(2, "W"), within(200))),
    Operation("search-common", "… a last name", common, (times(1.5, "W"), within(200))),
    Operation("search-two", "… first and last name", two_words, (within(200),)),
    Operation("search-note", "… a word of the notes", note_word, (within(200),)),
    Operation(
        "search-together",
        "… an e-mail or phone, clients together",
        rare,
        (times(3, "W", "p95"),),
        None,
        clients=8,
    ),
    Operation("suggest", "GET /search/suggestions?q=", suggestion, (within(200),)),
)
