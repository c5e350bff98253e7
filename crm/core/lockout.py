"""The lock after five failed sign-ins: one per account and address, for the API and the admin alike.

django-axes counts, in Redis; here is what it asks for: which account a typed name means, and its answer. It looks
at the count before a password is checked and adds to it after, so of many at once all would pass: here each takes
a place among the attempts that are left, and gives it back when its outcome is counted.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from axes.handlers.cache import AxesCacheHandler
from axes.helpers import get_client_cache_keys, get_cool_off, get_failure_limit
from axes.utils import reset
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.core.models import User
from crm.core.redis import redis_client, redis_key

Credentials = Mapping[str, Any] | None

PLACE_SECONDS = 30  # a place that a dead process left is free again after that
PATIENCE = 5.0  # seconds to wait for places that others hold: perhaps they succeed
TAKE = """
local failures, trying = tonumber(redis.call('GET', KEYS[1]) or 0), tonumber(redis.call('GET', KEYS[2]) or 0)
if failures >= tonumber(ARGV[1]) then return -1 end
if failures + trying >= tonumber(ARGV[1]) then return 0 end
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
"""
GIVE_BACK = "if tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then redis.call('DECR', KEYS[1]) end"


class PlaceHandler(AxesCacheHandler):  # type: ignore[misc]  # axes ships no types
    """AXES_HANDLER: never more passwords are checked at once than failures are left."""

    def is_locked(self, request: HttpRequest, credentials: Credentials = None) -> bool:
        counted = get_client_cache_keys(request, credentials)[0]
        key, places = redis_key(counted), redis_key(f"trying-{counted}")
        limit = get_failure_limit(request, credentials)
        give_up = time.monotonic() + PATIENCE
        while not (taken := int(redis_client().eval(TAKE, 2, key, places, limit, PLACE_SECONDS))):
            if time.monotonic() > give_up:
                return True
            time.sleep(0.05)
        if taken == 1:
            request.sign_in_place = places  # type: ignore[attr-defined]
        return taken < 0


@contextmanager
def giving_back(request: HttpRequest) -> Iterator[None]:
    """Around a sign-in: whatever its outcome was, it is counted by then."""
    try:
        yield
    finally:
        if places := request.__dict__.pop("sign_in_place", None):
            redis_client().eval(GIVE_BACK, 1, places)


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
