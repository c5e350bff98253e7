"""The lock after five failed sign-ins: one per account and address, for the API and the admin alike.

django-axes counts, in Redis; here is what it asks for: which account a typed name means, and its answer.
"""

from collections.abc import Mapping
from typing import Any

from axes.helpers import get_client_cache_keys, get_cool_off
from axes.utils import reset
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.core.models import User
from crm.core.redis import redis_client, redis_key

Credentials = Mapping[str, Any] | None


def account_name(request: HttpRequest, credentials: Credentials) -> str:
    """AXES_USERNAME_CALLABLE: user name, address and any spelling of them are one account."""
    typed = str((credentials or {}).get("username") or request.POST.get("username", "")).strip().lower()
    known: dict[str, str] = request.__dict__.setdefault("account_names", {})
    if typed not in known:
        same = Q(username=typed) | Q(email=typed)
        known[typed] = User.objects.filter(same).values_list("username", flat=True).first() or typed
    return known[typed]


def seconds_locked(request: HttpRequest, username: str) -> int:
    """How long the lock that holds for this request still lasts."""
    keys = get_client_cache_keys(request, {"username": username})
    left = max(int(redis_client().ttl(redis_key(key))) for key in keys)
    return max(left, 1)


def forgive(request: HttpRequest, user: User) -> None:
    """Lift the lock of this account and address: its owner has proved who they are in another way."""
    reset(ip=request.META.get("REMOTE_ADDR"), username=user.username)


def locked_answer(request: HttpRequest, original: HttpResponse, credentials: Credentials) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: the API has answered already, the admin's form gets a page."""
    if request.path.startswith("/api/"):
        return original
    minutes = int(get_cool_off(request).total_seconds() // 60)
    page = render(request, "locked.html", {"minutes": minutes}, status=429)
    page["Retry-After"] = str(minutes * 60)
    return page
