"""What every test gets: a part of Redis for itself, and passwords that are quick to hash."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import caches


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits, locks and cached answers of one test are not another's, whoever runs beside it."""
    prefix = f"test-{uuid4().hex}"
    monkeypatch.setitem(settings.CACHES["default"], "KEY_PREFIX", prefix)
    monkeypatch.setattr(caches["default"], "key_prefix", prefix)
