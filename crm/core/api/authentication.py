"""Who calls: a person with an access token."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from crm.core import tokens
from crm.core.exceptions import Unauthenticated
from crm.core.models import User

SEEN_AT_MOST_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`, checked against its person and sign-in in one query.

    The token only says who: what the person may do is read from the row, on every request. `request.auth`
    becomes the token's `Claims`.
    """

    def authenticate(self, request: Request) -> tuple[User, tokens.Claims] | None:
        scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            claims = tokens.read_access(raw.strip())
        except Unauthenticated as error:
            raise AuthenticationFailed(error.message, code=error.code) from None
        user = User.objects.signed_in(claims.user_id, claims.session_id)
        if user is None or not constant_time_compare(user.credential_stamp(), claims.stamp):
            raise AuthenticationFailed(
                "This sign-in has ended; sign in again.", code="authentication_required"
            )
        self._note_presence(user)
        return user, claims

    def authenticate_header(self, request: Request) -> str:
        return tokens.CHALLENGE

    def _note_presence(self, user: User) -> None:
        now = timezone.now()
        before = now - SEEN_AT_MOST_EVERY
        if user.last_seen is None or user.last_seen < before:
            unseen = Q(last_seen__isnull=True) | Q(last_seen__lt=before)
            User.objects.filter(unseen, pk=user.pk).update(last_seen=now)
            user.last_seen = now


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names this."""

    target_class = TokenAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
