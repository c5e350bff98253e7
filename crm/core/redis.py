"""The cache's own Redis connection, for the few commands Django's cache has no name for."""

from typing import Any

from django.core.cache import caches
from redis import Redis


def redis_client() -> "Redis":
    """A client on the cache's connection pool."""
    cache: Any = caches["default"]
    client: Redis = cache._cache.get_client(None, write=True)
    return client


def redis_key(key: str) -> str:
    """`key` as the cache spells it."""
    return caches["default"].make_key(key)
