"""Reads of leads as a vocabulary."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL

from crm.core.actors import Actor
from crm.core.choices import Role
from leads.choices import OPEN, OperationKind

if TYPE_CHECKING:
    from leads.models import BulkOperation, Lead, LeadChange, LeadImport, SavedFilter  # noqa: F401 - named in annotations as strings

VENDOR_SEES_CHANGED = frozenset({"disposition", "closed_date"})
"""The columns whose changes a vendor is told; `leads.api.representation` hides the like in details."""

PHONE_LIKE = re.compile(r"[+\d().\s-]+")
MAX_WORDS = 8
SHORTEST_PART = 3  # a trigram
SEARCH_TABLE = "leads_leadsearch"


def search_words(text: str) -> list[str]:
    """The words to look for; a phone number however written is one word of digits."""
    text = text.strip()
    digits = re.sub(r"\D", "", text)
    if PHONE_LIKE.fullmatch(text) and len(digits) >= 4:
        return [digits]
    return text.split()[:MAX_WORDS]


class Folded(Func):
    """A text without accents and capitals, by the function that folded what is searched; a constant to the planner."""

    function = "leads_folded"
    output_field = TextField()


class HoldsWords(Func):
    """Whether a document of words (tsvector) answers a query of words."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()


def in_contact(word: str) -> Q:
    """Name, e-mail or phones hold `word`: any part, but as a whole word where it is too short for trigrams."""
    sought = f" {word} " if len(word) < SHORTEST_PART else word
    return Q(search__document__contains=Folded(Value(sought)))


def in_notes(word: str) -> Q:
    """The notes hold a word that begins with `word`, or is it where that is short."""
    query = Func(Value(word), function="leads_words_query", output_field=TextField())
    return Q(HoldsWords(F("search__notes"), query))


class LeadQuerySet(QuerySet["Lead"]):
    """Which leads."""

    _text_alone: Any = None  # the conditions, where they are all about a text

    def visible_to(self, actor: Actor) -> "LeadQuerySet":
        """Managers see all, an agent those assigned to them, a vendor its agency's. Every read starts here."""
        if actor.is_manager:
            return self
        if actor.role == Role.AGENT and actor.user_id is not None:
            return self.filter(assigned_agent=actor.user_id)
        if actor.role == Role.VENDOR and actor.vendor_code:
            return self.filter(agency=actor.vendor_code)
        return self.none()

    def among(self, lead_ids: Iterable[UUID]) -> "LeadQuerySet":
        """Leads with these ids: one array, however many, where IN would take a parameter for each."""
        return self.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [list(lead_ids)]))

    def open(self) -> "LeadQuerySet":
        """Leads still worked."""
        return self.filter(disposition__in=OPEN)

    def unassigned(self) -> "LeadQuerySet":
        """Leads without an agent."""
        return self.filter(assigned_agent__isnull=True)

    def deadline_within(self, days: int, today: date) -> "LeadQuerySet":
        """Leads whose time to file runs out within `days`, the past ones left out."""
        return self.filter(filing_deadline__range=(today, today + timedelta(days=days)))

    def matching(self, text: str) -> "LeadQuerySet":
        """Leads that hold every word of `text`: as a part of name, e-mail or phone, or as the beginning of a
        word of the notes. Accents and case do not count.

        A word of one or two letters must be a whole word, so that the indexes still find it.
        """
        return self._holding(in_contact(word) | in_notes(word) for word in search_words(text))

    def matching_contact(self, text: str) -> "LeadQuerySet":
        """Leads that hold every word of `text` in name, e-mail or phone; for who may not read the notes."""
        return self._holding(in_contact(word) for word in search_words(text))

    def _holding(self, conditions: Iterable[Q]) -> "LeadQuerySet":
        found = self.filter(*conditions)
        if not self.query.where:
            found._text_alone = found.query.where
        return found

    def _clone(self) -> "LeadQuerySet":
        clone: LeadQuerySet = super()._clone()  # type: ignore[misc] # not in the stubs
        clone._text_alone = self._text_alone
        return clone

    @property
    def is_searched(self) -> bool:
        """Whether these are leads that hold some text."""
        return any(table.table_name == SEARCH_TABLE for table in self.query.alias_map.values())

    def keyset_columns(self, field: str) -> tuple[str, str]:
        """The columns that pages in order of `field` are read by.

        Of leads searched for, the time of creation is read off the search table's own index: it passes over what
        does not match without a look at the leads.
        """
        if field == "created_at" and self.is_searched:
            return "search__created_at", "search__lead_id"
        return field, "pk"

    def countable(self) -> "QuerySet[Any]":
        """As many rows for less: leads chosen by their text alone are counted in the search table."""
        if self._text_alone is None or self._text_alone != self.query.where:
            return self
        search: Any = self.model._meta.get_field("search").related_model
        documents: QuerySet[Any] = search.objects.all()
        documents.query.get_initial_alias()
        documents.query.where = self.query.where.clone()
        return documents

    def reachable_as(self, *, email: str, phone: str) -> "LeadQuerySet":
        """Leads with this normalised e-mail address or phone number."""
        same = Q(pk__in=[])
        if email:
            same |= Q(email=email)
        if phone:
            same |= Q(phone=phone)
        return self.filter(same)


class LeadChangeQuerySet(QuerySet["LeadChange"]):
    """Which changes of leads."""

    def visible_to(self, actor: Actor) -> "LeadChangeQuerySet":
        """A vendor sees what became of a lead, everybody else all; whose lead it is was asked before."""
        if actor.role != Role.VENDOR:
            return self
        return self.filter(Q(changes__has_any_keys=sorted(VENDOR_SEES_CHANGED)) | Q(changes={}))


class LeadImportQuerySet(QuerySet["LeadImport"]):
    """Which imports."""

    def visible_to(self, actor: Actor) -> "LeadImportQuerySet":
        """Managers see all; a vendor those its own people sent, since a manager's report names agents."""
        if actor.is_manager:
            return self
        if actor.role == Role.VENDOR and actor.vendor_code:
            return self.filter(agency=actor.vendor_code, author_user__vendor_code=actor.vendor_code)
        return self.none()


class BulkOperationQuerySet(QuerySet["BulkOperation"]):
    """Which bulk operations."""

    def visible_to(self, actor: Actor) -> "BulkOperationQuerySet":
        """Managers see all; others what their role still does, of their own, since the rest may name people.

        An agent updates of leads and the undos of these, a vendor imports for its agency.
        """
        if actor.is_manager:
            return self
        if actor.user_id is None:
            return self.none()
        own = self.filter(author_user=actor.user_id)
        if actor.role == Role.AGENT:
            undo = Q(kind=OperationKind.UNDO, request__kind=OperationKind.UPDATE)
            return own.filter(Q(kind=OperationKind.UPDATE) | undo)
        if actor.role == Role.VENDOR and actor.vendor_code:
            return own.filter(kind=OperationKind.IMPORT, request__agency=actor.vendor_code)
        return self.none()


class SavedFilterQuerySet(QuerySet["SavedFilter"]):
    """Which saved filters."""

    def visible_to(self, actor: Actor) -> "SavedFilterQuerySet":
        """One's own; for the staff the public ones too. A vendor's people have their own only."""
        if actor.user_id is None:
            return self.none()
        own = Q(owner=actor.user_id)
        return self.filter(own if actor.role == Role.VENDOR else own | Q(is_public=True))
