"""Who calls: an agency's system with its key."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from agencies.models import ApiKey
from agencies.services import key_digest
from crm.core.api.authentication import TokenAuthentication

USED_AT_MOST_EVERY = timedelta(minutes=1)


class ApiKeyAuthentication(BaseAuthentication):
    """`X-API-Key: <key>`, looked up with its agency in one query. A wrong key is never passed over."""

    def authenticate(self, request: Request) -> tuple[ApiKey, None] | None:
        secret = request.headers.get("X-API-Key")
        if secret is None:
            return None
        live = ApiKey.objects.live().select_related("agency")
        key = live.filter(digest=key_digest(secret)).order_by().first()
        if key is None:
            raise AuthenticationFailed(
                "This API key is unknown or revoked; ask for a new one.", code="authentication_required"
            )
        self._note_use(key)
        return key, None

    def authenticate_header(self, request: Request) -> str:
        return 'ApiKey realm="api"'

    def _note_use(self, key: ApiKey) -> None:
        now = timezone.now()
        before = now - USED_AT_MOST_EVERY
        if key.last_used_at is None or key.last_used_at < before:
            unused = Q(last_used_at__isnull=True) | Q(last_used_at__lt=before)
            ApiKey.objects.filter(unused, pk=key.pk).update(last_used_at=now)
            key.last_used_at = now


KEY_OR_TOKEN = [ApiKeyAuthentication, TokenAuthentication]
"""For the endpoints that an agency's system calls too. With both headers the key is what counts."""


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names this."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key"}
