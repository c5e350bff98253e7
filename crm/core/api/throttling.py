"""Rate limits: so many requests a minute for each caller, counted in Redis in one round trip."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from crm.core.redis import redis_client, redis_key

logger = logging.getLogger(__name__)

COUNT = """
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return used
"""
PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left of the current window; shown in the `X-RateLimit-*` headers."""

    limit: int
    used: int
    resets_in: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.limit - self.used, 0)),
            "X-RateLimit-Reset": str(self.resets_in),
        }


class CallerRateThrottle(BaseThrottle):
    """Fixed windows per person, key or (before sign-in) address; a view may name a tighter `throttle_scope`.

    Without Redis requests pass: a limit protects the service, and must not be what stops it.
    """

    complained = False

    def allow_request(self, request: Request, view: Any) -> bool:
        signed_in = bool(request.user and request.user.is_authenticated)
        scope = getattr(view, "throttle_scope", None) or ("caller" if signed_in else "anonymous")
        caller = (
            f"{type(request.user).__name__}:{request.user.pk}"
            if signed_in
            else request.META.get("REMOTE_ADDR", "")
        )
        limit, seconds = rate_of(scope)
        now = int(time.time())
        self.resets_in = seconds - now % seconds
        used = self._count(f"throttle:{scope}:{caller}:{now // seconds}", seconds)
        if used is None:
            return True
        request._request.rate_allowance = Allowance(limit, used, self.resets_in)  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        return self.resets_in

    def _count(self, key: str, seconds: int) -> int | None:
        name = redis_key(key)
        try:
            used = int(redis_client().eval(COUNT, 1, name, seconds + 1))
        except RedisError as error:
            if not CallerRateThrottle.complained:
                logger.warning(
                    "rate limits are off: Redis does not answer", extra={"kind": type(error).__name__}
                )
            CallerRateThrottle.complained = True
            return None
        CallerRateThrottle.complained = False
        return used


def rate_of(scope: str) -> tuple[int, int]:
    """`"120/min"` as (120, 60), from DEFAULT_THROTTLE_RATES."""
    rates: Mapping[str, Any] = api_settings.DEFAULT_THROTTLE_RATES
    text = str(rates[scope])
    count, _, period = text.partition("/")
    if not count.isdecimal() or period[:1] not in PERIODS:
        raise ImproperlyConfigured(f"The rate limit {scope!r} must look like 120/min, not {text!r}.")
    return int(count), PERIODS[period[0]]
