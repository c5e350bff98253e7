"""Full names."""

SUFFIXES = frozenset(
    {"jr", "sr", "ii", "iii", "iv", "v", "2nd", "3rd", "esq", "md", "phd", "dds", "dvm", "cpa", "rn"}
)
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev"})
PARTICLES = frozenset(
    {
        "al",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "los",
        "mac",
        "san",
        "santa",
        "st",
        "ten",
        "ter",
        "van",
        "vander",
        "von",
        "y",
    }
)


def split_name(text: str) -> tuple[str, str]:
    """First and last name of `John A. Smith Jr.`, `Smith, John` or `Ludwig van der Berg`.

    Suffixes stay with the last name, titles go, one word is a first name.
    """
    before, _, after = text.partition(",")
    given = _without_titles(after.replace(",", " ").split())
    if any(not _is(word, SUFFIXES) for word in given):  # else it is `John Smith, Jr.`
        suffixes = [word for word in given if _is(word, SUFFIXES)]
        first = [word for word in given if not _is(word, SUFFIXES)]
        return " ".join(first), " ".join([*before.split(), *suffixes])
    words = _without_titles(text.replace(",", " ").split())
    if len(words) < 2:
        return (words[0] if words else ""), ""
    last = _start_of_last_name(words)
    return " ".join(words[:last]), " ".join(words[last:])


def _is(word: str, known: frozenset[str]) -> bool:
    return word.strip(".").replace(".", "").casefold() in known


def _without_titles(words: list[str]) -> list[str]:
    while len(words) > 1 and _is(words[0], TITLES):
        words = words[1:]
    return words


def _start_of_last_name(words: list[str]) -> int:
    """Where the last name starts: before its suffixes and its particles, and never at the first word."""
    start = len(words) - 1
    while start > 1 and _is(words[start], SUFFIXES):
        start -= 1
    while start > 1 and _is(words[start - 1], PARTICLES):
        start -= 1
    return start
