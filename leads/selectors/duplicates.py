"""Leads that look like the same person. docs/merging.md has the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Concat, Trim

from crm.core.actors import Actor
from leads.models import Lead, LeadSearch
from leads.querysets import Folded, LeadQuerySet

MOST_SHOWN = 50
MOST_COMPARED = 200
MOST_NAMESAKES = 1_000  # the newest; of a name that is more common, those before are not looked at


class Likelihood(StrEnum):
    """How sure it is that two leads are one person."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another lead, what of it is the same, and how likely it is the same person."""

    lead: Lead
    same: tuple[str, ...]
    likelihood: Likelihood


def likely_duplicates(lead: Lead, actor: Actor) -> list[Lookalike]:
    """Other leads, of those the actor may see, that look like the same person; the likeliest first, then the newest.

    Not those that were merged. At most 50. Two statements, answered by indexes.
    """
    branches = [branch.order_by().values("pk") for branch in _branches(lead)]
    if not branches:
        return []
    visible = with_folded_name(Lead.objects.visible_to(actor).filter(merged_into=None).exclude(pk=lead.pk))
    alike = visible.filter(pk__in=branches[0].union(*branches[1:])).select_related("assigned_agent")
    own_name = with_folded_name(Lead.objects.filter(pk=lead.pk)).values_list("folded_name", flat=True).get()
    newest = alike.order_by("-created_at", "-pk")[:MOST_COMPARED]
    found = [look for other in newest if (look := _compared(lead, own_name, other))]
    ranks = list(Likelihood)
    return sorted(found, key=lambda look: ranks.index(look.likelihood))[:MOST_SHOWN]


def with_folded_name(leads: LeadQuerySet) -> Any:
    """With `folded_name`: without accents and capitals."""
    return leads.annotate(folded_name=Folded(Trim(Concat("first_name", Value(" "), "last_name"))))


def _branches(lead: Lead) -> Iterator[LeadQuerySet]:
    """Each with an index of its own; names by the trigrams of the search document, which begins with them."""
    numbers = sorted(_numbers(lead))
    if numbers:
        yield Lead.objects.filter(phone__in=numbers)
        yield Lead.objects.filter(alternate_phone__in=numbers)
    if lead.email:
        yield Lead.objects.filter(email=lead.email)
    days = [
        Q(**{name: getattr(lead, name)}) for name in ("date_of_birth", "accident_date") if getattr(lead, name)
    ]
    if days and lead.first_name and lead.last_name:
        beginning = Folded(Value(f" {lead.first_name} {lead.last_name} "))
        namesakes = LeadSearch.objects.filter(document__startswith=beginning).order_by("-created_at", "-lead")
        yield Lead.objects.filter(reduce(or_, days), pk__in=namesakes.values("lead")[:MOST_NAMESAKES])


def _numbers(lead: Lead) -> set[str]:
    return {number for number in (lead.phone, lead.alternate_phone) if number}


def _compared(lead: Lead, own_name: str, other: Any) -> Lookalike | None:
    """The rules: what is the same, and how sure that makes it."""
    has_name = bool(lead.first_name and lead.last_name)
    is_namesake = has_name and own_name == other.folded_name
    is_same = {
        "phone": bool(_numbers(lead) & _numbers(other)),
        "email": bool(lead.email) and lead.email == other.email,
        "name": is_namesake,
        "date_of_birth": bool(lead.date_of_birth) and lead.date_of_birth == other.date_of_birth,
        "accident_date": bool(lead.accident_date) and lead.accident_date == other.accident_date
        and (not lead.accident_state or other.accident_state in ("", lead.accident_state)),
    }  # fmt: skip
    is_reached_alike = is_same["phone"] or is_same["email"]
    if not is_reached_alike and not (is_namesake and (is_same["date_of_birth"] or is_same["accident_date"])):
        return None
    is_other_birth = None not in (lead.date_of_birth, other.date_of_birth) and not is_same["date_of_birth"]
    is_other_name = bool(own_name and other.folded_name) and not is_namesake
    if is_other_birth or (is_other_name and not is_same["date_of_birth"]):
        likelihood = Likelihood.LOW
    elif is_namesake and (is_reached_alike or is_same["date_of_birth"]):
        likelihood = Likelihood.HIGH
    else:
        likelihood = Likelihood.MEDIUM
    return Lookalike(other, tuple(name for name, holds in is_same.items() if holds), likelihood)
