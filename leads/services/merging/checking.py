"""Which leads may be merged."""

from collections.abc import Iterable
from uuid import UUID

from crm.core.actors import Actor
from leads.choices import MERGEABLE, Disposition
from leads.exceptions import InvalidInput, LeadNotFound, NotAllowed
from leads.models import Lead
from leads.services.bulk.locking import lock_leads
from leads.services.bulk.operations import Selection
from leads.services.merging.exceptions import KeptIsDuplicate, LeadsNotFound, MergedAlready, NotMergeable

MOST_MERGED = 10
"""How many leads one merge takes in: what a person can compare."""


def require_manager(actor: Actor) -> None:
    if not actor.is_manager:
        raise NotAllowed("Only managers merge leads.")


def leads_to_merge(
    kept_id: UUID, lead_ids: Iterable[UUID], *, actor: Actor, is_locking: bool = False
) -> list[Lead]:
    """The lead to keep, then those to merge into it, oldest first; locked until the transaction ends if asked for.

    One statement. Raises NotAllowed, InvalidInput, LeadNotFound, LeadsNotFound, MergedAlready, KeptIsDuplicate,
    NotMergeable.
    """
    require_manager(actor)
    others = list(dict.fromkeys(lead_ids))
    _check_named(kept_id, others)
    wanted = [kept_id, *others]
    if is_locking:
        found = lock_leads(Selection.named(wanted), actor=actor)
    else:
        visible = Lead.objects.visible_to(actor).among(wanted).select_related("assigned_agent", "agency")
        found = {lead.pk: lead for lead in visible}
    if kept_id not in found:
        raise LeadNotFound
    missing = [lead_id for lead_id in others if lead_id not in found]
    if missing:
        raise LeadsNotFound(missing)
    kept = found.pop(kept_id)
    _check_states(kept, found.values())
    return [kept, *sorted(found.values(), key=lambda lead: (lead.created_at, lead.pk))]


def _check_named(kept_id: UUID, others: list[UUID]) -> None:
    problem = ""
    if not others:
        problem = "Name at least one lead to merge."
    elif kept_id in others:
        problem = "The lead to keep is among them; a lead is not merged into itself."
    elif len(others) > MOST_MERGED:
        problem = f"{len(others)} leads; one merge takes in {MOST_MERGED} at most."
    if problem:
        raise InvalidInput(f"lead_ids: {problem}", lead_ids=[problem])


def _check_states(kept: Lead, others: Iterable[Lead]) -> None:
    for lead in (kept, *others):
        if lead.merged_into_id:
            raise MergedAlready(lead)
    if kept.disposition == Disposition.DUPLICATE:
        raise KeptIsDuplicate(kept)
    for lead in others:
        if lead.disposition not in MERGEABLE:
            raise NotMergeable(lead)
