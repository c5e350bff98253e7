"""Reads of leads as a vocabulary."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL

from crm.core.actors import Actor
from crm.core.choices import Role
from leads.choices import OPEN

if TYPE_CHECKING:
    from leads.models import BulkOperation, Lead, LeadChange, LeadImport, SavedFilter  # noqa: F401 - named in annotations as strings

VENDOR_SEES_CHANGED = frozenset({"disposition", "closed_date"})
"""The columns whose changes a vendor is told; `leads.api.representation` hides the like in details."""

# What is looked for is folded by the same function that folded the document.
WORD_SQL = """
SELECT lead_id FROM leads_leadsearch
 WHERE document LIKE lower(unaccent(%s)) OR notes @@ leads_words_query(%s)
"""
PHONE_LIKE = re.compile(r"[+\d().\s-]+")
MAX_WORDS = 8
SHORTEST_PART = 3  # a trigram


def search_words(text: str) -> list[str]:
    """The words to look for; a phone number however written is one word of digits."""
    text = text.strip()
    digits = re.sub(r"\D", "", text)
    if PHONE_LIKE.fullmatch(text) and len(digits) >= 4:
        return [digits]
    return text.split()[:MAX_WORDS]


def like_pattern(word: str) -> str:
    """LIKE's pattern for a part of a text, or for a whole word where `word` is too short for trigrams."""
    literal = re.sub(r"([%_\\])", r"\\\1", word)
    return f"% {literal} %" if len(word) < SHORTEST_PART else f"%{literal}%"


class ContactDocument(Func):
    """A lead's searchable text, without its notes."""

    function = "leads_search_document"
    output_field = TextField()

    def __init__(self) -> None:
        columns = ("first_name", "last_name", "email", "phone", "alternate_phone")
        super().__init__(*(F(name) for name in columns))


class LeadQuerySet(QuerySet["Lead"]):
    """Which leads."""

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
        found = self
        for word in search_words(text):
            found = found.filter(pk__in=RawSQL(WORD_SQL, [like_pattern(word), word]))  # noqa: S611 - fixed SQL
        return found

    def matching_contact(self, text: str) -> "LeadQuerySet":
        """Of these, the leads that hold every word in name, e-mail or phone; for who may not read the notes."""
        found = self.alias(contact=ContactDocument())
        for word in search_words(text):
            found = found.filter(
                contact__contains=Func(Func(Value(word), function="unaccent"), function="lower")
            )
        return found

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
        """Managers see all, everybody else what they did themselves."""
        if actor.is_manager:
            return self
        return self.filter(author_user=actor.user_id) if actor.user_id is not None else self.none()


class SavedFilterQuerySet(QuerySet["SavedFilter"]):
    """Which saved filters."""

    def visible_to(self, actor: Actor) -> "SavedFilterQuerySet":
        """One's own; for the staff the public ones too. A vendor's people have their own only."""
        if actor.user_id is None:
            return self.none()
        own = Q(owner=actor.user_id)
        return self.filter(own if actor.role == Role.VENDOR else own | Q(is_public=True))
