"""What is done to agencies and their keys."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import PROTECT, ManyToOneRel
from django.utils import timezone

from agencies.choices import AgencyStatus
from agencies.events import AgencyChanged
from agencies.exceptions import AgencyExists, AgencyInUse, AgencyNotFound, ApiKeyNotFound, TwoPrimaryContacts
from agencies.models import DEFAULT_GOAL, Agency, ApiKey, Contact
from crm.core.actors import Actor
from crm.core.events import publish

KEY_MARK = "mva"
EDITABLE = ("name", "status", "goal", "notes")


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """A person to call, as given. The phone is in E.164 already."""

    name: str
    title: str = ""
    email: str = ""
    phone: str = ""
    is_primary: bool = False


@transaction.atomic
def create_agency(
    *,
    code: str,
    name: str,
    actor: Actor,
    status: str = AgencyStatus.ACTIVE,
    goal: int = DEFAULT_GOAL,
    notes: str = "",
    contacts: Sequence[ContactDetails] = (),
) -> Agency:
    """Take a new vendor on. Of two that create one code at once, one wins."""
    try:
        with transaction.atomic():
            agency = Agency.objects.create(code=code, name=name, status=status, goal=goal, notes=notes)
    except IntegrityError as error:
        if Agency.objects.filter(pk=code).exists():
            raise AgencyExists(code) from None
        raise error from None
    _replace_contacts(agency, contacts)
    publish(AgencyChanged(code=code, action="created", actor=actor.label))
    return agency


@transaction.atomic
def update_agency(
    *, code: str, changes: Mapping[str, Any], actor: Actor, contacts: Sequence[ContactDetails] | None = None
) -> Agency:
    """Change an agency's own fields; `contacts`, where given, replaces all of them."""
    agency = locked_agency(code)
    changed = [name for name in EDITABLE if name in changes and getattr(agency, name) != changes[name]]
    for name in changed:
        setattr(agency, name, changes[name])
    if changed:
        agency.save(update_fields=[*changed, "updated_at"])
    if contacts is not None:
        _replace_contacts(agency, contacts)
        changed.append("contacts")
    if changed:
        publish(AgencyChanged(code=code, action="updated", actor=actor.label, fields=tuple(changed)))
    return agency


@transaction.atomic
def delete_agency(*, code: str, actor: Actor) -> None:
    """Remove an agency that nothing belongs to, with its contacts and keys.

    The row is locked first: a lead stored meanwhile waits at its commit, and is refused by its foreign key.
    """
    agency = locked_agency(code)
    for relation in Agency._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.on_delete is PROTECT:
            model = relation.related_model
            if model._base_manager.filter(**{relation.field.name: agency}).exists():
                raise AgencyInUse(code, str(model._meta.verbose_name_plural))
    try:
        with transaction.atomic():
            agency.delete()
    except IntegrityError:
        raise AgencyInUse(code, "people") from None
    publish(AgencyChanged(code=code, action="deleted", actor=actor.label))


@transaction.atomic
def issue_key(*, code: str, name: str, actor: Actor) -> tuple[ApiKey, str]:
    """A new key, and its secret: the only time it is known. Only its digest is kept."""
    agency = locked_agency(code)
    prefix = f"{KEY_MARK}_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        agency=agency, name=name, prefix=prefix, digest=key_digest(secret), created_by=actor.label
    )
    publish(AgencyChanged(code=code, action="key_issued", actor=actor.label, fields=(prefix,)))
    return key, secret


@transaction.atomic
def revoke_key(*, code: str, key_id: UUID, actor: Actor) -> ApiKey:
    """Make a key worthless from the next request on. Repeating it does no harm."""
    key = ApiKey.objects.select_for_update().filter(pk=key_id, agency=code).first()
    if key is None:
        raise ApiKeyNotFound
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        publish(AgencyChanged(code=code, action="key_revoked", actor=actor.label, fields=(key.prefix,)))
    return key


def key_digest(secret: str) -> str:
    """What is stored of a key. It has 256 random bits, so a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def locked_agency(code: str) -> Agency:
    """The agency, held until the end of the transaction."""
    agency = Agency.objects.select_for_update().filter(pk=code).first()
    if agency is None:
        raise AgencyNotFound(code)
    return agency


def _replace_contacts(agency: Agency, contacts: Sequence[ContactDetails]) -> None:
    if sum(contact.is_primary for contact in contacts) > 1:
        raise TwoPrimaryContacts
    agency.contacts.all().delete()
    Contact.objects.bulk_create(
        Contact(
            agency=agency,
            name=contact.name,
            title=contact.title,
            email=contact.email,
            phone=contact.phone,
            is_primary=contact.is_primary,
        )
        for contact in contacts
    )
