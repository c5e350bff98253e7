"""A sign of life of the background work: beat, broker and worker together."""

import time

from django.core.cache import cache

KEY = "worker-heartbeat"
FRESH_FOR = 60  # seconds; the work that beats comes every five


def beat() -> None:
    """Note that a worker just ran a scheduled job."""
    cache.set(KEY, time.time(), timeout=FRESH_FOR)


def is_alive() -> bool:
    """Whether a scheduled job ran in the last minute."""
    return cache.get(KEY) is not None
