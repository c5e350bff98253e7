"""People for tests."""

import functools
import itertools
from typing import Any

import jwt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from crm.core.choices import Role
from crm.core.models import User
from crm.core.services.sessions import Origin, open_session

PASSWORD = "correct-horse-battery"

numbers = itertools.count(1)


@functools.cache
def hashed(password: str) -> str:
    return make_password(password)


def make_user(*, role: Role = Role.AGENT, password: str = PASSWORD, **fields: Any) -> User:
    """A person with a unique address, seen just now (so that no request has to note it)."""
    number = next(numbers)
    email = fields.pop("email", f"{role.value}{number}@example.com")
    defaults = {
        "username": email,
        "first_name": role.label,
        "last_name": f"No {number}",
        "last_seen": timezone.now(),
    }
    return User.objects.create(email=email, role=role, password=hashed(password), **{**defaults, **fields})


def altered(token: str, **claims: Any) -> str:
    """The same token with other claims, signed as ours are."""
    given = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])
    return jwt.encode({**given, **claims}, settings.SECRET_KEY, algorithm="HS256")


def signed_in(user: User) -> APIClient:
    """A client that sends a real access token of a real session."""
    tokens = open_session(user=user, origin=Origin())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
    return client
