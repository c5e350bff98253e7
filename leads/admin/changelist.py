"""The lead list: what is sorted by an index, and how it is searched."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from crm.core.actors import Actor
from crm.core.admin.base import CappedChangeList
from leads.models import Lead
from leads.querysets import LeadQuerySet

UUID_LIKE = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)

INDEXED = {"created_at", "updated_at", "quality_score", "lead_value", "last_contact", "filing_deadline"}


class LeadChangeList(CappedChangeList):
    """Sorts by one indexed column and the id, in one direction: the order of the index, read off it."""

    def _is_possible(self, name: str, value: str) -> bool:
        """A saved filter that cannot be is not passed over: it chooses nothing, and says so."""
        return name == "saved_filter" or super()._is_possible(name, value)

    @property
    def saved_filter(self) -> dict[str, str] | None:
        """The saved filter that narrows the list: its name, its page, and the list without it."""
        for chosen in self.filter_specs:
            name, pk = getattr(chosen, "chosen", None), chosen.used_parameters.get("saved_filter")
            if name:
                return {
                    "name": name,
                    "url": reverse("admin:leads_savedfilter_change", args=[pk]),
                    "without": self.get_query_string(remove=["saved_filter", "p"]),
                }
        return None

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Lead]) -> list[str]:
        first = str(super().get_ordering(request, queryset)[0])
        if first.removeprefix("-") not in INDEXED:
            first = "-created_at"
        return [first, "-id" if first.startswith("-") else "id"]


def found_leads(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """The leads a manager means by `text`: an id, a whole e-mail address or phone number, or words."""
    text = text.strip()
    if UUID_LIKE.fullmatch(text):
        return leads.filter(pk=UUID(text))
    exact = exact_key(text)
    if exact and leads.filter(**exact).exists():
        return leads.filter(**exact)
    return leads.matching(text) if text else leads  # type: ignore[attr-defined]


def exact_key(text: str) -> dict[str, Any]:
    """A whole address or an American number, as the lookup that its index answers."""
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"[+\d().\s-]+", text) and len(digits) in (10, 11):
        return {"phone": f"+1{digits[-10:]}"}
    try:
        validate_email(text)
    except ValidationError:
        return {}
    return {"email": text.casefold()}


def visible_leads(actor: Actor) -> LeadQuerySet:
    """Where every page of leads starts."""
    return Lead.objects.visible_to(actor)


def lead_names(lead_ids: Iterable[UUID], actor: Actor) -> dict[UUID, str]:
    """The names of those there that the actor may see. One statement, where there are any ids."""
    wanted = set(lead_ids)
    if not wanted:
        return {}
    leads = visible_leads(actor).among(wanted).order_by()
    return {lead.pk: str(lead) for lead in leads.only("first_name", "last_name", "email", "phone")}
