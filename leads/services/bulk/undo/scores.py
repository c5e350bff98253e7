"""Score and deadline of leads whose facts go back beside others' changes: decided anew."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from leads.models import Lead
from leads.services.bulk.undo.plan import FACTS, Plan
from leads.services.intake import IntakeContext, rescore


def decide_scores(plans: Iterable[Plan]) -> dict[UUID, dict[str, Any]]:
    """Add score and deadline, as the facts will be, to the plans that need them; returns the decisions by lead.

    Six statements, where any plan needs it.
    """
    needing = {plan.lead_id: plan for plan in plans if plan.needs_scores and plan.back.keys() & FACTS}
    if not needing:
        return {}
    context = IntakeContext.load()
    decided: dict[UUID, dict[str, Any]] = {}
    for lead in Lead.objects.among(needing):
        back = needing[lead.pk].back
        for column in back.keys() & FACTS:
            field: Any = Lead._meta.get_field(column)
            setattr(lead, column, field.to_python(back[column]))
        decided[lead.pk] = rescore(lead, context)
        back["quality_score"] = lead.quality_score
        back["filing_deadline"] = lead.filing_deadline and lead.filing_deadline.isoformat()
    return decided
