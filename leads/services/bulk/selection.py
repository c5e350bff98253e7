"""Leads for bulk work that are not named but chosen: by filters, by a saved filter, or by both."""

from typing import Any
from uuid import UUID

from crm.core.actors import Actor
from leads.exceptions import InvalidInput
from leads.models import Lead
from leads.services.bulk.operations import MOST_LEADS, Selection
from leads.services.finding import bounded_search, choice_of_leads


def select_leads(actor: Actor, *, filters: Any = None, saved_filter: UUID | None = None) -> Selection:
    """The leads visible to the actor that fit now, oldest first; their ids are read in one statement.

    The operation keeps how they were chosen, and leaves alone those that fit no longer once they are locked.
    Raises InvalidInput (filters that choose every lead, no lead or more than MOST_LEADS), SavedFilterUnfit,
    SearchTooSlow.
    """
    path = "saved_filter" if filters is None else "filters"
    narrow = choice_of_leads(actor, filters=filters, saved_filter=saved_filter)
    leads = narrow(Lead.objects.visible_to(actor))
    with bounded_search():
        lead_ids = leads.order_by("created_at", "pk").values_list("pk", flat=True)[: MOST_LEADS + 1]
        selection = Selection(tuple(lead_ids), _told(filters, saved_filter), narrow)
        if len(selection.lead_ids) > MOST_LEADS:
            raise _refusal(
                path, f"Chooses {leads.count():,} leads; one call takes {MOST_LEADS:,} at most: narrow it."
            )
    if not selection.lead_ids:
        raise _refusal(path, "Chooses no lead; nothing was done.")
    return selection


def _told(filters: Any, saved_filter: UUID | None) -> dict[str, Any]:
    told = {"filters": filters, "saved_filter": saved_filter and str(saved_filter)}
    return {name: value for name, value in told.items() if value is not None}


def _refusal(path: str, sentence: str) -> InvalidInput:
    return InvalidInput(f"{path}: {sentence}", **{path: [sentence]})
