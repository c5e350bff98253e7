"""Remarks on leads."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from crm.core import events
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.models import User
from leads.events import CommentAdded
from leads.exceptions import InvalidInput, LeadNotFound, NotAllowed
from leads.models import Comment, Lead


@transaction.atomic
def add_comment(lead_id: UUID, *, comment: str, mentions: Sequence[str] = (), actor: Actor) -> Comment:
    """Remark on a lead; `mentions` are e-mail addresses of colleagues (not of vendors)."""
    if actor.user_id is None or actor.role == Role.VENDOR:
        raise NotAllowed("Comments are for the people who work the lead.")
    lead = Lead.objects.visible_to(actor).filter(pk=lead_id).first()
    if lead is None:
        raise LeadNotFound
    named = list(dict.fromkeys(email.strip().lower() for email in mentions))
    known = set(
        User.objects.get_queryset()
        .filter(email__in=named, is_active=True)
        .exclude(role=Role.VENDOR)
        .values_list("email", flat=True)
    )
    unknown = [email for email in named if email not in known]
    if unknown:
        raise InvalidInput(
            "mentions: unknown people.", mentions=[f"Not an active colleague: {email}." for email in unknown]
        )
    made = Comment.objects.create(lead=lead, author_id=actor.user_id, comment=comment, mentions=named)
    events.publish(
        CommentAdded(lead_id=str(lead.pk), comment_id=made.pk, mentions=tuple(named), actor=actor.label)
    )
    return made
