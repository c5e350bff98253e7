"""Why the program decided as it did."""

from typing import Any
from uuid import UUID

from crm.core.actors import Actor
from crm.core.choices import Role
from leads.models import BulkOperation, Decision
from leads.selectors.seeing import seen_among

SECTIONS = ("duplicate", "score", "price", "assignment", "deadline")


def explanation_of(lead_id: UUID, actor: Actor) -> dict[str, Any]:
    """Why the program decided as it did, as recorded then; the newest record of each section, with its time.

    A section is null where nothing was decided (a lead written by raw SQL). Vendors see neither assignments nor
    merges, agents of a merge the leads that they may see.
    """
    explained: dict[str, Any] = dict.fromkeys(SECTIONS)
    for decision in Decision.objects.filter(lead_id=lead_id):
        for section, record in decision.document.items():
            if actor.role == Role.VENDOR and "merged" in record:
                continue
            explained[section] = {**record, "decided_at": decision.made_at, "decided_by": decision.actor}
    if actor.role == Role.VENDOR:
        del explained["assignment"]
        return {name: record and {**record, "decided_by": ""} for name, record in explained.items()}
    duplicate = explained["duplicate"]
    if duplicate and "merged" in duplicate:
        seen = seen_among([duplicate["kept"], *duplicate["merged"]], actor)
        duplicate["kept"] = duplicate["kept"] if duplicate["kept"] in seen else None
        duplicate["merged"] = [lead_id for lead_id in duplicate["merged"] if lead_id in seen]
    assignment = explained["assignment"]
    if assignment and "candidates" not in assignment and "operation" in assignment:
        assignment["candidates"] = _candidates_of(assignment["operation"])
    return explained


def _candidates_of(operation_id: str) -> list[Any]:
    """Whom a bulk assignment could choose from, as they stood when it began: kept once for all its leads."""
    reports = BulkOperation.objects.filter(pk=operation_id).values_list("report__candidates", flat=True)
    return reports.first() or []
