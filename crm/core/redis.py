"""The cache's own Redis connection, for the few commands Django's cache has no name for."""

from functools import lru_cache
from typing import Any

from django.core.cache import caches
from redis import ConnectionPool, Redis


def redis_client() -> "Redis":
    """A client on the cache's connection pool."""
    cache: Any = caches["default"]
    return _client_on(cache._cache._get_connection_pool(write=True))


@lru_cache(maxsize=8)
def _client_on(pool: ConnectionPool) -> "Redis":
    """Kept: making a client copies a hundred callbacks, which takes longer than its command."""
    return Redis(connection_pool=pool)


def redis_key(key: str) -> str:
    """`key` as the cache spells it."""
    return caches["default"].make_key(key)
