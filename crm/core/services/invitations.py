"""Invitations: asking somebody in, mailing the link, letting them in."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crm.core import mails
from crm.core.actors import Actor
from crm.core.changes import sign
from crm.core.choices import Role, Source
from crm.core.events import Event, publish
from crm.core.exceptions import InvalidInput, NotAllowed
from crm.core.models import Invitation, User
from crm.core.services.passwords import check_new_password
from crm.core.services.refusals import explained_refusals, refuse_taken_names

VALID_FOR = timedelta(hours=72)
MANAGERS_INVITE = {Role.AGENT, Role.VENDOR}


@dataclass(frozen=True, slots=True)
class PersonInvited(Event):
    """Somebody is to get a link."""

    topic: ClassVar[str] = "account.invited"
    invitation_id: int

    @property
    def key(self) -> str:
        return f"invitation:{self.invitation_id}"


@transaction.atomic
def invite(*, actor: Actor, email: str, role: Role, vendor_code: str = "") -> Invitation:
    """Ask somebody in. A second invitation replaces the first, whose link dies.

    What would refuse the account later (the address is taken, there is no such agency) refuses it now.
    """
    email = email.strip().lower()
    waiting = Invitation.objects.select_for_update().filter(email=email, accepted_at__isnull=True).first()
    may_invite = set(Role) if actor.role == Role.ADMIN else MANAGERS_INVITE
    if role not in may_invite or (waiting and waiting.role not in may_invite):
        raise NotAllowed("Only an admin may invite admins and managers.")
    sign(actor, action="user_invited")
    with explained_refusals(keep=False):
        user = User(username=email, email=email, role=role, vendor_code=vendor_code)
        refuse_taken_names(user)
        user.save()
    now = timezone.now()
    invitation, _ = Invitation.objects.update_or_create(
        email=email,
        accepted_at=None,
        defaults={
            "role": role,
            "vendor_code": vendor_code,
            "token_hash": "",
            "invited_by_id": actor.user_id,
            "created_at": now,
            "expires_at": now + VALID_FOR,
            "mailed_at": None,
        },
    )
    publish(PersonInvited(invitation.pk))
    return invitation


def mail_invitation(*, invitation_id: int) -> None:
    """Make the link and mail it, unless that was done. Nothing but the mail ever holds the link."""
    invitation = (
        Invitation.objects.open()
        .select_related("invited_by")
        .filter(pk=invitation_id, mailed_at=None)
        .first()
    )
    if invitation is None:
        return
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=_hash(token))
    mails.send(
        to=invitation.email,
        subject="You are invited to MVA CRM",
        template="invitation",
        invited_by=invitation.invited_by or "The team",
        role=Role(invitation.role).label.lower(),
        vendor_code=invitation.vendor_code,
        link=f"{settings.PUBLIC_URL}/accept-invite?{urlencode({'token': token})}",
        expires_at=invitation.expires_at,
    )
    Invitation.objects.filter(pk=invitation.pk).update(mailed_at=timezone.now())


@transaction.atomic
def accept_invitation(*, token: str, password: str, first_name: str, last_name: str) -> User:
    """Open the account the link stands for. A link works once."""
    invitation = Invitation.objects.open().select_for_update().filter(token_hash=_hash(token)).first()
    if invitation is None:
        sentence = "This invitation was used, has expired or never was; ask for a new one."
        raise InvalidInput(sentence, token=[sentence])
    user = User(
        username=invitation.email,
        email=invitation.email,
        first_name=first_name,
        last_name=last_name,
        role=invitation.role,
        vendor_code=invitation.vendor_code,
    )
    check_new_password(password, user=user, field="password")
    user.set_password(password)
    sign(user.actor(Source.API), action="invitation_accepted")
    with explained_refusals():
        refuse_taken_names(user)
        user.save(force_insert=True)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now(), token_hash="")
    return user


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
