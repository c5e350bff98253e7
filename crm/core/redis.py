"""The cache on Redis, and its own connection for the few commands that Django's cache has no name for."""

from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool, Redis


class OneClient(RedisCacheClient):
    """Keeps its client: Django makes one for each command, which takes longer than the command."""

    def get_client(self, key: Any = None, *, write: bool = False) -> "Redis":
        pool: ConnectionPool = self._get_connection_pool(write)  # type: ignore[attr-defined] # missing in the stubs
        return _client_on(pool)


class OneClientCache(RedisCache):
    """Django's cache on Redis with a client that is kept."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient


def redis_client() -> "Redis":
    """A client on the cache's connection pool."""
    cache: Any = caches["default"]
    client: Redis = cache._cache.get_client(write=True)
    return client


def redis_key(key: str) -> str:
    """`key` as the cache spells it."""
    return caches["default"].make_key(key)


@lru_cache(maxsize=64)
def _client_on(pool: ConnectionPool) -> "Redis":
    return Redis(connection_pool=pool)
