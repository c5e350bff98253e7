"""Giving up on events, taken back."""

import logging
from collections.abc import Iterable

from django.db import transaction

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.events import wake_delivery
from crm.core.exceptions import NotAllowed
from crm.core.models import OutboxEvent

logger = logging.getLogger(__name__)


@transaction.atomic
def retry_events(event_ids: Iterable[int], *, actor: Actor) -> int:
    """Have events that were set aside delivered as if they were new; returns how many there were. Admins only.

    Later events of their keys may have been delivered meanwhile: receivers read what they need as it is now.
    """
    if actor.role != Role.ADMIN:
        raise NotAllowed("Only admins have events delivered again.")
    set_aside = OutboxEvent.objects.filter(pk__in=list(event_ids), failed_at__isnull=False)
    number = set_aside.update(failed_at=None, next_attempt_at=None, attempts=0)
    logger.info("events tried again", extra={"number": number, "actor_id": actor.user_id})
    transaction.on_commit(wake_delivery, robust=True)
    return number
