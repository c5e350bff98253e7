"""What somebody may mean who has typed this much."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import or_
from typing import Any, NamedTuple

import phonenumbers
from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from agencies.models import Agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from leads.choices import SuggestionKind as Kind
from leads.models import Lead
from leads.querysets import PHONE_LIKE, SHORTEST_PART, search_words

PEOPLE = (Kind.NAME, Kind.EMAIL, Kind.PHONE)
HIDDEN_FROM_VENDORS = frozenset({Kind.AGENT, Kind.TAG})
CANDIDATES = 100
"""The newest people found, of whom those are shown first whose words begin with the text."""
OF_AN_AGENT = 1_000
"""An agent's newest leads, whose cities, campaigns, tags and agencies it is told."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to offer: `value` is what a filter or a search takes, `label` what to show."""

    kind: Kind
    value: str
    label: str
    metadata: dict[str, str] = field(default_factory=dict)
    is_beginning: bool = True


def kinds_for(role: Role) -> tuple[Kind, ...]:
    """What a role is told of: nothing that its lists and details hide."""
    return tuple(kind for kind in Kind if role != Role.VENDOR or kind not in HIDDEN_FROM_VENDORS)


def suggestions(text: str, *, actor: Actor, kinds: Collection[Kind], limit: int) -> list[Suggestion]:
    """At most `limit`, from what the actor may see; two statements. What begins with `text` comes first.

    One or two letters stand for the beginning of a word, more for any part of one. Accents and case do not
    count. `kinds` are among `kinds_for(actor.role)`.
    """
    words = _words(text)
    people = [kind for kind in PEOPLE if kind in kinds]
    shared = [kind for kind in Kind if kind in kinds and kind not in PEOPLE]
    found = _people(words, actor, people, limit) if people else []
    found += _shared(words, actor, shared, limit) if shared else []
    return shared_out(found, limit)


def shared_out(found: Sequence[Suggestion], limit: int) -> list[Suggestion]:
    """The first of each kind in turns, until there are `limit`: many people leave room for a city.

    In order: beginnings, then by kind; equals as they came.
    """
    kinds = list(Kind)
    ranked = sorted(found, key=lambda one: (not one.is_beginning, kinds.index(one.kind)))
    before: Counter[tuple[bool, Kind]] = Counter()
    turns = []
    for rank, one in enumerate(ranked):
        group = (one.is_beginning, one.kind)
        turns.append((not one.is_beginning, before[group], rank))
        before[group] += 1
    return [ranked[rank] for rank in sorted(rank for *_, rank in sorted(turns)[:limit])]


# What is looked for: every word by its patterns, any of which will do.

Patterns = tuple[tuple[str, ...], ...]


def _words(text: str) -> list[str]:
    """The words to look for; digits however they are set apart are one, however few: a number is being typed."""
    digits = re.sub(r"\D", "", text)
    return [digits] if digits and PHONE_LIKE.fullmatch(text.strip()) else search_words(text)


def _beginnings(words: list[str]) -> Patterns:
    """A word of the text begins with each; of a phone number also what follows our country's code."""
    return tuple(
        (f"% {_literal(word)}%", *([f"% +{_country_code()}{word}%"] if word.isdecimal() else []))
        for word in words
    )


def _parts(words: list[str]) -> Patterns:
    """The text holds each: any part, where it is long enough for trigrams, else the beginning of a word."""
    return tuple(
        beginnings if len(word) < SHORTEST_PART else (f"%{_literal(word)}%",)
        for word, beginnings in zip(words, _beginnings(words), strict=True)
    )


def _literal(word: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", word)


@cache
def _country_code() -> int:
    return phonenumbers.country_code_for_region(settings.DEFAULT_PHONE_REGION)


def _condition(column: str, patterns: Patterns) -> str:
    """SQL that takes the patterns in order. The column is folded, and begins with a space."""
    either = (" OR ".join([f"{column} LIKE leads_folded(%s)"] * len(any_of)) for any_of in patterns)
    return " AND ".join(f"({one})" for one in either)


class Holds(Func):
    """Whether a folded text has all the patterns."""

    output_field = BooleanField()

    def __init__(self, column: F | Func, patterns: Patterns) -> None:
        self.patterns = patterns
        super().__init__(column)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, params = compiler.compile(self.get_source_expressions()[0])
        sought = [given for any_of in self.patterns for pattern in any_of for given in (*params, pattern)]
        return f"({_condition(column, self.patterns)})", sought


# People


def _text(*columns: str) -> Func:
    parts: list[Any] = [part for column in columns for part in (Value(" "), F(column))]
    joined = Concat(*parts, output_field=TextField())
    return Func(joined, template="lower(unaccent(%(expressions)s))", output_field=TextField())


TEXTS = {
    Kind.NAME: _text("first_name", "last_name"),
    Kind.EMAIL: _text("email"),
    Kind.PHONE: _text("phone", "alternate_phone"),
}


def _people(words: list[str], actor: Actor, kinds: list[Kind], limit: int) -> list[Suggestion]:
    """The newest, each once: by the first kind that holds all words, by name where they are spread over several."""
    parts = _parts(words)
    leads = Lead.objects.visible_to(actor).filter(Holds(F("search__document"), parts))
    held_by = {kind: Q(Holds(TEXTS[kind], parts)) for kind in kinds}
    if len(kinds) < len(PEOPLE):
        leads = leads.filter(reduce(or_, held_by.values()))
    by_kind = Case(
        *(When(held, then=Value(kind.value)) for kind, held in held_by.items()), default=Value(kinds[0].value)
    )
    created, key = leads.keyset_columns("created_at")
    rows = leads.annotate(kind=by_kind, begins=Holds(F("search__document"), _beginnings(words)))
    columns = ("kind", "begins", "pk", "first_name", "last_name", "email", "phone", "alternate_phone")
    newest = rows.order_by(f"-{created}", f"-{key}").values(*columns)[:CANDIDATES]
    best = sorted(newest, key=lambda row: not row["begins"])[:limit]
    return [_person(words, row) for row in best]


def _person(words: list[str], row: dict[str, Any]) -> Suggestion:
    phone = row["phone"]
    if words[0] not in phone and words[0] in row["alternate_phone"]:
        phone = row["alternate_phone"]
    name = f"{row['first_name']} {row['last_name']}".strip()
    values = {Kind.NAME: name, Kind.PHONE: phone, Kind.EMAIL: row["email"]}
    kind, *others = [one for one in sorted(values, key=lambda one: one != row["kind"]) if values[one]]
    label = " · ".join(_written(one, values[one]) for one in (kind, *others[:1]))
    return Suggestion(kind, values[kind], label, {"lead_id": str(row["pk"])}, row["begins"])


def _written(kind: Kind, value: str) -> str:
    """A phone number set apart as people write it, +1 312-555-0123; anything else as it is."""
    if kind != Kind.PHONE:
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:  # the database asks for a + and digits, not for a country
        return value
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


# What many leads have in common

SHARED = """
WITH named (kind, value, name, known_as, text) AS ({sources}),
found AS (
  SELECT *, {begins} AS begins, row_number() OVER (PARTITION BY kind ORDER BY {begins} DESC, text, value) AS place
    FROM named WHERE {holds})
SELECT kind, value, name, known_as, begins FROM found WHERE place <= %s ORDER BY place
"""
TERMS = "SELECT DISTINCT kind, value, '', '', folded FROM leads_term WHERE agency = %s AND kind = ANY (%s)"
AGENCIES = """
SELECT 'agency', code, name, code, ' ' || lower(unaccent(name || ' ' || code)) FROM ({agencies}) seen
"""
AGENTS = """
SELECT 'agent', email, concat_ws(' ', first_name, last_name), id::text,
       ' ' || lower(unaccent(concat_ws(' ', first_name, last_name, email))) FROM ({agents}) seen
"""
HELD = """
SELECT DISTINCT t.kind, t.value, '', '', ' ' || lower(unaccent(t.value))
  FROM ({leads}) held CROSS JOIN LATERAL (
    SELECT kind, value FROM leads_terms('', city, campaign_source, tags) UNION ALL VALUES ('agency', agency)) t
 WHERE t.kind = ANY (%s)
"""


class Source(NamedTuple):
    """A part of what there is, as SQL."""

    sql: str
    params: tuple[Any, ...]


def _shared(words: list[str], actor: Actor, kinds: list[Kind], limit: int) -> list[Suggestion]:
    sources = list(_sources(actor, kinds))
    begins, holds = _beginnings(words), _parts(words)
    statement = SHARED.format(
        sources=" UNION ALL ".join(source.sql for source in sources),
        begins=_condition("text", begins),
        holds=_condition("text", holds),
    )
    sought = [pattern for patterns in (begins, begins, holds) for any_of in patterns for pattern in any_of]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(param for source in sources for param in source.params), *sought, limit])
        return [_named(*row) for row in cursor.fetchall()]


def _sources(actor: Actor, kinds: list[Kind]) -> Iterator[Source]:
    """Terms are everybody's, or an agency's; an agent is told what its own leads have, and of itself."""
    names = [kind.value for kind in kinds]
    if actor.role == Role.AGENT:
        held = Lead.objects.visible_to(actor).values("agency", "city", "campaign_source", "tags")[
            :OF_AN_AGENT
        ]
        yield _source(HELD, leads=held, also=(names,))
    else:
        yield Source(TERMS, (actor.vendor_code, names))
        if Kind.AGENCY in kinds:
            yield _source(
                AGENCIES, agencies=Agency.objects.visible_to(actor).order_by().values("code", "name")
            )
    if Kind.AGENT in kinds:
        agents = (
            User.objects.agents() if actor.is_manager else User.objects.agents().filter(pk=actor.user_id or 0)
        )
        yield _source(AGENTS, agents=agents.order_by().values("id", "email", "first_name", "last_name"))


def _source(sql: str, *, also: tuple[Any, ...] = (), **querysets: QuerySet[Any]) -> Source:
    ((name, queryset),) = querysets.items()
    inner, params = queryset.query.sql_with_params()
    return Source(sql.format(**{name: inner}), (*params, *also))


def _named(kind: str, value: str, name: str, known_as: str, begins: bool) -> Suggestion:
    if kind == Kind.AGENCY:
        label = f"{name} ({value})" if name else value
        return Suggestion(Kind.AGENCY, value, label, {"vendor_code": value}, begins)
    if kind == Kind.AGENT:
        label = f"{name} · {value}" if name else value
        return Suggestion(Kind.AGENT, value, label, {"agent_id": known_as}, begins)
    return Suggestion(Kind(kind), value, value, {}, begins)
