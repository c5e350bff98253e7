"""Sessions: opening one, keeping it, ending it."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from crm.core import tokens
from crm.core.exceptions import Unauthenticated
from crm.core.models import Session, User
from crm.core.tokens import Claims, Tokens

ENDED = "This sign-in has ended; sign in again."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sign-in comes from, as its owner would recognise it."""

    address: str | None = None
    user_agent: str = ""


@transaction.atomic
def open_session(*, user: User, origin: Origin) -> Tokens:
    """Sign `user` in."""
    now = timezone.now()
    session = Session.objects.create(
        user=user, refresh_jti=uuid4(), address=origin.address, user_agent=origin.user_agent[:200]
    )
    User.objects.filter(pk=user.pk).update(last_login=now, last_seen=now)
    user.last_login = user.last_seen = now
    return tokens.issue(user, session)


def refresh_session(*, refresh: str) -> Tokens:
    """Trade a refresh token for new tokens. Of two that trade the same one, one wins.

    A used token ends the session, for everybody who holds a part of it: one of them stole it. That end is
    committed although the caller gets an error.
    """
    claims = tokens.read_refresh(refresh)
    sessions = Session.objects.live().select_related("user")
    session = sessions.filter(pk=claims.session_id, user_id=claims.user_id).first()
    if session is None:
        raise Unauthenticated(ENDED)
    user = session.user
    if not user.is_active or not constant_time_compare(user.credential_stamp(), claims.stamp):
        _end(session.pk, session.user_id)
        raise Unauthenticated(ENDED)
    if not _rotate(session, used=claims):
        _end(session.pk, session.user_id)
        raise Unauthenticated("This token was used before, so its sign-in was ended; sign in again.")
    return tokens.issue(user, session)


def end_session(*, refresh: str) -> None:
    """Sign out: no token of this sign-in is good any longer. Repeating it does no harm."""
    claims = tokens.read_refresh(refresh)
    _end(claims.session_id, claims.user_id)


def renew_session(*, user: User, session_id: UUID) -> Tokens:
    """Fresh tokens for a sign-in that goes on after its owner's credentials changed."""
    session = Session.objects.live().filter(pk=session_id, user=user).first()
    if session is None:
        raise Unauthenticated(ENDED)
    session.refresh_jti, session.refreshed_at = uuid4(), timezone.now()
    session.save(update_fields=["refresh_jti", "refreshed_at"])
    return tokens.issue(user, session)


def end_sessions(*, user: User, but: UUID | None = None) -> int:
    """End all of a person's sign-ins, `but` one perhaps; returns how many."""
    others = Session.objects.live().filter(user=user)
    if but:
        others = others.exclude(pk=but)
    return others.update(ended_at=timezone.now())


def prune_sessions() -> int:
    """Delete sign-ins whose last refresh token has expired; returns how many."""
    return Session.objects.filter(refreshed_at__lt=timezone.now() - tokens.REFRESH_LIFETIME).delete()[0]


def _end(session_id: UUID, user_id: int) -> None:
    Session.objects.live().filter(pk=session_id, user_id=user_id).update(ended_at=timezone.now())


def _rotate(session: Session, *, used: Claims) -> bool:
    session.refresh_jti, session.refreshed_at = uuid4(), timezone.now()
    return bool(
        Session.objects.live()
        .filter(pk=session.pk, refresh_jti=used.jti)
        .update(refresh_jti=session.refresh_jti, refreshed_at=session.refreshed_at)
    )
