"""Reads of leads as a vocabulary."""

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from crm.core.actors import Actor
from crm.core.choices import Role
from leads.choices import OPEN

if TYPE_CHECKING:
    from leads.models import Lead, LeadImport  # noqa: F401 - named in annotations as strings

# The pattern's own accents are folded by the same function that folded the document.
WORD_SQL = "SELECT lead_id FROM leads_leadsearch WHERE document LIKE lower(unaccent(%s))"
PHONE_LIKE = re.compile(r"[+\d().\s-]+")
MAX_WORDS = 8


def search_words(text: str) -> list[str]:
    """The words to look for, LIKE's wildcards escaped; a phone number however written is one word of digits."""
    text = text.strip()
    digits = re.sub(r"\D", "", text)
    if PHONE_LIKE.fullmatch(text) and len(digits) >= 4:
        return [digits]
    return [re.sub(r"([%_\\])", r"\\\1", word) for word in text.split()[:MAX_WORDS]]


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
        """Leads whose name, e-mail, phone or notes hold every word of `text`; accents and case do not count."""
        found = self
        for word in search_words(text):
            found = found.filter(pk__in=RawSQL(WORD_SQL, [f"%{word}%"]))  # noqa: S611 - fixed SQL
        return found

    def reachable_as(self, *, email: str, phone: str) -> "LeadQuerySet":
        """Leads with this normalised e-mail address or phone number."""
        same = Q(pk__in=[])
        if email:
            same |= Q(email=email)
        if phone:
            same |= Q(phone=phone)
        return self.filter(same)


class LeadImportQuerySet(QuerySet["LeadImport"]):
    """Which imports."""

    def visible_to(self, actor: Actor) -> "LeadImportQuerySet":
        """Managers see all; a vendor those its own people sent, since a manager's report names agents."""
        if actor.is_manager:
            return self
        if actor.role == Role.VENDOR and actor.vendor_code:
            return self.filter(agency=actor.vendor_code, author_user__vendor_code=actor.vendor_code)
        return self.none()
