"""Access and refresh tokens: signed, short, and tied to a row of `Session`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from crm.core.exceptions import Unauthenticated
from crm.core.models import Session, User

CHALLENGE = 'Bearer realm="api"'  # the WWW-Authenticate of every 401
REFRESH_LIFETIME: timedelta = RefreshToken.lifetime


class TokenExpired(Unauthenticated):
    """The token was good once."""

    code = "token_expired"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a signed-in caller holds, and whose it is."""

    access: str
    refresh: str
    user: User


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. It is signed, so it was true when it was issued."""

    user_id: int
    session_id: UUID
    stamp: str
    jti: UUID


def issue(user: User, session: Session) -> Tokens:
    """The pair of tokens that `session` stands for now."""
    refresh = RefreshToken()
    refresh["jti"] = session.refresh_jti.hex
    access = AccessToken()
    for token in (refresh, access):
        token["user_id"] = user.pk
        token["sid"] = session.pk.hex
        token["stamp"] = user.credential_stamp()
    access["username"] = user.username
    access["email"] = user.email
    access["role"] = user.role
    access["vendor_code"] = user.vendor_code or None
    return Tokens(access=str(access), refresh=str(refresh), user=user)


def read_access(raw: str) -> Claims:
    """The claims of an access token, or 401."""
    return _read(AccessToken, raw)


def read_refresh(raw: str) -> Claims:
    """The claims of a refresh token, or 401."""
    return _read(RefreshToken, raw)


def _read(kind: Any, raw: str) -> Claims:
    try:
        token = kind(raw)
        return Claims(
            user_id=int(token["user_id"]),
            session_id=UUID(token["sid"]),
            stamp=str(token["stamp"]),
            jti=UUID(token["jti"]),
        )
    except ExpiredTokenError:
        raise TokenExpired("This token has expired; refresh it or sign in again.") from None
    except (TokenError, KeyError, TypeError, ValueError, AttributeError):
        raise Unauthenticated("This token is not valid; sign in again.") from None
