"""Agencies and their keys for tests."""

import itertools
from typing import Any

from django.utils import timezone

from agencies.models import Agency, ApiKey
from agencies.services import issue_key
from crm.core.actors import Actor

numbers = itertools.count(1)


def make_agency(*, code: str = "", **fields: Any) -> Agency:
    """An agency with a unique code that may send leads."""
    code = code or f"VENDOR{next(numbers)}"
    return Agency.objects.create(code=code, **{"name": f"Agency {code}", **fields})


def make_key(agency: Agency, *, name: str = "Website") -> tuple[ApiKey, str]:
    """A live key and its secret, used just now (so that no request has to note it)."""
    key, secret = issue_key(code=agency.code, name=name, actor=Actor.system("tests"))
    key.last_used_at = timezone.now()
    key.save(update_fields=["last_used_at"])
    return key, secret
