"""Leads that records name by id."""

from collections.abc import Iterable
from uuid import UUID

from crm.core.actors import Actor
from leads.models import Lead


def seen_among(lead_ids: Iterable[str], actor: Actor) -> frozenset[str]:
    """Those that the actor may know of: managers all, deleted ones too. At most one statement."""
    named = frozenset(lead_ids)
    if actor.is_manager or not named:
        return named
    visible = Lead.objects.visible_to(actor).among(map(UUID, named))
    return frozenset(map(str, visible.values_list("pk", flat=True)))
