"""Filters in either shape, as GET /leads takes them or as a tree of conditions: read, checked, applied."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.validators import EMPTY_VALUES
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django_filters import MultipleChoiceFilter

from agencies.models import Agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from leads.filters import lead_filter_for, matching
from leads.models import Lead
from leads.querysets import LeadQuerySet
from leads.services.normalising.text import UnreadableError
from leads.services.searching import values
from leads.services.searching.fields import AGENCY, AGENT
from leads.services.searching.kinds import Asked
from leads.services.searching.trees import GROUP_KEYS, Condition, Problems, read_tree, unknown_keys

QUERY = "query"
TREE_KEYS = {QUERY, *GROUP_KEYS}
AGENCY_PARAMETERS = ("vendor_code", "vendor")
EMPTY = "Is empty; leave it out."
Narrowing = Callable[[LeadQuerySet, Asked], LeadQuerySet]


@dataclass(slots=True)
class Reading:
    """What was made of filters.

    `agencies` and `people` are those named, by path: whether they exist is looked up for many readings at once.
    """

    problems: Problems = field(default_factory=Problems)
    narrowings: list[Narrowing] = field(default_factory=list)
    agencies: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it would choose every lead."""
        return not self.narrowings and not self.problems

    def apply(self, leads: LeadQuerySet, asked: Asked) -> LeadQuerySet:
        """Of these leads, those meant."""
        for narrow in self.narrowings:
            leads = narrow(leads, asked)
        return leads


def read_filters(filters: Any, *, actor: Actor, path: str = "filters") -> Reading:
    """`{disposition: [...], state: "NY"}` as GET /leads, or `{query?, logic, conditions}`. Never raises.

    An empty value is a problem, where GET /leads takes no notice of it: what is acted on is never more than was named.
    """
    reading = Reading()
    if not isinstance(filters, Mapping):
        reading.problems.add(path, "Must be an object.")
    elif TREE_KEYS & filters.keys():
        _read_tree(filters, actor, path, reading)
    else:
        _read_parameters(filters, actor, path, reading)
    return reading


def read_query(text: Any, *, actor: Actor, path: str = QUERY) -> Reading:
    """Free text, as `q` of GET /leads; "" is none. Never raises."""
    reading = Reading()
    if text != "":
        _read_query(text, actor, path, reading)
    return reading


def check(readings: Iterable[Reading], actor: Actor) -> Asked:
    """Add to each reading's problems the agencies and people that are not there; two statements at most.

    Not for an agent: they may list neither, and what is not theirs finds nothing.
    """
    readings = list(readings)
    agencies = _known_agencies({code for reading in readings for code in reading.agencies.values()}, actor)
    people = _known_people({email for reading in readings for email in reading.people.values()})
    if actor.role != Role.AGENT:
        for reading in readings:
            for path, code in reading.agencies.items():
                if code not in agencies:
                    reading.problems.add(path, f"There is no agency {code}, or you may not see it.")
            for path, email in reading.people.items():
                if email not in people:
                    reading.problems.add(path, f"Nobody here has the address {email}.")
    return Asked(actor=actor, now=timezone.now(), people=people)


def _known_agencies(codes: set[str], actor: Actor) -> set[str]:
    return (
        set(Agency.objects.visible_to(actor).filter(pk__in=codes).values_list("pk", flat=True))
        if codes
        else set()
    )


def _known_people(emails: set[str]) -> dict[str, int]:
    people = User.objects.get_queryset().filter(email__in=emails)
    return dict(people.values_list("email", "pk")) if emails else {}


def _read_tree(filters: Mapping[str, Any], actor: Actor, path: str, reading: Reading) -> None:
    tree = {name: value for name, value in filters.items() if name != QUERY}
    if QUERY in filters:
        _read_query(filters[QUERY], actor, f"{path}.{QUERY}", reading)
    if not tree:
        return
    group = read_tree(tree, role=actor.role, path=path, problems=reading.problems)
    for condition in group:
        _note_names(condition, reading)
    if group.parts:
        reading.narrowings.append(lambda leads, asked: leads.filter(group.where(asked)))


def _note_names(condition: Condition, reading: Reading) -> None:
    noted = {AGENCY: reading.agencies, AGENT: reading.people}.get(condition.field.name)
    if noted is None or condition.value is None:
        return
    path, value = f"{condition.path}.value", condition.value
    named = (
        {f"{path}[{at}]": name for at, name in enumerate(value)} if isinstance(value, list) else {path: value}
    )
    noted.update({at: name for at, name in named.items() if name not in (values.ME, values.UNASSIGNED)})


def _read_query(text: Any, actor: Actor, path: str, reading: Reading) -> None:
    if isinstance(text, str) and not text.strip():
        reading.problems.add(path, EMPTY)
        return
    try:
        words = values.part(text)
    except UnreadableError as error:
        reading.problems.add(path, str(error))
        return
    reading.narrowings.append(lambda leads, asked: matching(leads, words, actor.role))


def _read_parameters(filters: Mapping[str, Any], actor: Actor, path: str, reading: Reading) -> None:
    filter_class = lead_filter_for(actor.role)
    known = filter_class.base_filters
    unknown_keys(filters, sorted(known), path, reading.problems)
    data: MultiValueDict[str, str] = MultiValueDict()
    for name in filters.keys() & known.keys():
        is_repeatable = isinstance(known[name], MultipleChoiceFilter)
        written = _written(filters[name], is_repeatable, f"{path}.{name}", reading.problems)
        if written:
            data.setlist(name, written)
    filterset = filter_class(data, Lead.objects.all(), actor=actor)
    for name, sentences in filterset.form.errors.items():
        reading.problems[f"{path}.{name}"] = [str(sentence) for sentence in sentences]
    given = {name: value for name, value in filterset.form.cleaned_data.items() if value not in EMPTY_VALUES}
    reading.agencies |= {f"{path}.{name}": given[name] for name in AGENCY_PARAMETERS if name in given}
    if given.get(AGENT, values.ME) not in (values.ME, values.UNASSIGNED):
        reading.people[f"{path}.{AGENT}"] = given[AGENT].strip().lower()
    if given:
        reading.narrowings.append(lambda leads, asked: filterset.filter_queryset(leads))


def _written(value: Any, is_repeatable: bool, path: str, problems: Problems) -> list[str]:
    """A value as an address would have it."""
    given = value if isinstance(value, list) else [value]
    if any(isinstance(each, bool) or not isinstance(each, str | int | float) for each in given):
        problems.add(path, "Must be text or a number, or a list of them.")
        return []
    if not given or not all(str(each).strip() for each in given):
        problems.add(path, EMPTY)
        return []
    if len(given) > 1 and not is_repeatable:
        problems.add(path, "Takes one value; use conditions with the operator `in` for several.")
        return []
    return [str(each) for each in given]
