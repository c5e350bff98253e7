"""Sign-in by e-mail address or user name."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Q
from django.http import HttpRequest

from crm.core.models import User


class EmailOrUsernameBackend(BaseBackend):
    """Looks a person up by either name, and takes as long for an unknown name as for a known one."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or password is None:
            return None
        name = username.strip().lower()
        user = User.objects.filter(Q(username=name) | Q(email=name)).first()
        if user is None:
            User().set_password(password)  # the hash's cost hides that the name is unknown
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
