"""Why the program decided as it did."""

from typing import Any
from uuid import UUID

from crm.core.actors import Actor
from crm.core.choices import Role
from leads.models import Decision

SECTIONS = ("duplicate", "score", "price", "assignment", "deadline")


def explanation_of(lead_id: UUID, actor: Actor) -> dict[str, Any]:
    """Why the program decided as it did, as recorded then; the newest record of each section, with its time.

    A section is null where nothing was decided (a lead written by raw SQL). Vendors do not see assignments.
    """
    explained: dict[str, Any] = dict.fromkeys(SECTIONS)
    for decision in Decision.objects.filter(lead_id=lead_id):
        for section, record in decision.document.items():
            explained[section] = {**record, "decided_at": decision.made_at, "decided_by": decision.actor}
    if actor.role == Role.VENDOR:
        del explained["assignment"]
        explained = {name: record and {**record, "decided_by": ""} for name, record in explained.items()}
    return explained
