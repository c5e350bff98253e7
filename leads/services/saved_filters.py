"""Saved filters: choices of leads under a name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.core.actors import Actor
from crm.core.choices import Role
from leads.exceptions import InvalidInput, NotAllowed, SavedFilterExists, SavedFilterNotFound
from leads.models import SavedFilter, SavedFilterUse
from leads.querysets import SavedFilterQuerySet
from leads.services.searching.reading import check, read_filters

MOST_FILTERS = 200
"""What one person may keep."""

NAME_TAKEN = "leads_saved_filter_name_once"
RECENT = 10
NO_CONDITION = "Chooses every lead; name at least one condition."


@transaction.atomic
def save_filter(
    *, actor: Actor, name: str, filters: Any, description: str = "", is_public: bool = False
) -> SavedFilter:
    """Keep filters under a name of one's own. Raises InvalidInput, SavedFilterExists, NotAllowed (a vendor's public one)."""
    if actor.user_id is None:
        raise NotAllowed("Saved filters belong to people; sign in with a name and password.")
    _check(filters, is_public, actor)
    if SavedFilter.objects.filter(owner=actor.user_id).count() >= MOST_FILTERS:
        message = f"You keep {MOST_FILTERS} filters, which is the most; delete one first."
        raise InvalidInput(message, name=[message])
    saved = SavedFilter(
        owner_id=actor.user_id, name=name, description=description, filters=filters, is_public=is_public
    )
    return _stored(saved)


@transaction.atomic
def change_filter(
    filter_id: UUID,
    *,
    actor: Actor,
    name: str,
    filters: Any,
    description: str = "",
    is_public: bool | None = None,
) -> SavedFilter:
    """Replace a filter of one's own; admins also those they see. It stays public or private where `is_public` is None.

    Raises as `save_filter`, SavedFilterNotFound.
    """
    saved = _own_filter(filter_id, actor)
    is_public = saved.is_public if is_public is None else is_public
    _check(filters, is_public, actor)
    saved.name, saved.description, saved.filters, saved.is_public = name, description, filters, is_public
    return _stored(saved)


@transaction.atomic
def delete_filter(filter_id: UUID, *, actor: Actor) -> None:
    """Forget a filter, with its uses. Raises SavedFilterNotFound, NotAllowed."""
    _own_filter(filter_id, actor).delete()


def use_filter(filter_id: UUID, *, actor: Actor, parameter: str) -> SavedFilter:
    """The filter, noted as used now. InvalidInput at `parameter` where the actor may not know of it."""
    saved = SavedFilter.objects.visible_to(actor).filter(pk=filter_id).first()
    if saved is None or actor.user_id is None:
        refusal = SavedFilterNotFound()
        raise InvalidInput(f"{parameter}: {refusal.message}", **{parameter: [refusal.message]})
    SavedFilterUse.objects.bulk_create(
        [SavedFilterUse(user_id=actor.user_id, saved_filter=saved, used_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "saved_filter"],
        update_fields=["used_at"],
    )
    return saved


def recent_filters(actor: Actor) -> SavedFilterQuerySet:
    """The last ones the actor used and still sees, newest first."""
    used = SavedFilter.objects.visible_to(actor).filter(uses__user=actor.user_id)
    return used.order_by("-uses__used_at", "-pk")[:RECENT]


def problems_of(saved: Sequence[SavedFilter], actor: Actor) -> list[list[str]]:
    """Why each filter no longer fits, for this actor: sentences, none where it does. Two statements at most."""
    readings = [read_filters(one.filters, actor=actor) for one in saved]
    check(readings, actor)
    return [reading.problems.sentences() for reading in readings]


def _check(filters: Any, is_public: bool, actor: Actor) -> None:
    if is_public and actor.role == Role.VENDOR:
        raise NotAllowed("Public filters are for the staff; send isPublic as false.")
    reading = read_filters(filters, actor=actor)
    check([reading], actor)
    if reading.is_empty:
        reading.problems.add("filters", NO_CONDITION)
    reading.problems.refuse()


def _own_filter(filter_id: UUID, actor: Actor) -> SavedFilter:
    seen = SavedFilter.objects.visible_to(actor).filter(pk=filter_id)
    saved: SavedFilter | None = seen.select_for_update(no_key=True).first()
    if saved is None:
        raise SavedFilterNotFound
    if saved.owner_id != actor.user_id and actor.role != Role.ADMIN:
        raise NotAllowed("Only its owner or an admin changes a filter; save it under a name of your own.")
    return saved


def _stored(saved: SavedFilter) -> SavedFilter:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        if NAME_TAKEN in str(error):
            raise SavedFilterExists(saved.name) from None
        raise
    return saved
