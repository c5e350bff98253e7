"""How users are made and found."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import F, QuerySet

from crm.core.choices import Availability, Role

if TYPE_CHECKING:
    from crm.core.models import User


class UserQuerySet(QuerySet["User"]):
    """Reads of people."""

    def agents(self) -> "UserQuerySet":
        """People who can be given leads."""
        return self.filter(role=Role.AGENT)

    def present(self) -> "UserQuerySet":
        """Who takes new leads now."""
        return self.filter(is_active=True, availability=Availability.ACTIVE)

    def with_room(self) -> "UserQuerySet":
        """Who holds fewer open leads than they may."""
        return self.filter(capacity__lt=F("max_capacity"))


class UserManager(BaseUserManager["User"]):
    """Creates users with normalised names and hashed passwords."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def agents(self) -> UserQuerySet:
        return self.get_queryset().agents()

    def create_user(
        self, email: str, password: str | None = None, *, username: str = "", **fields: Any
    ) -> "User":
        """Without a password the account waits for its invitation or a password reset."""
        email = email.strip().lower()
        user = self.model(email=email, username=(username or email).strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """What `manage.py createsuperuser` calls."""
        return self.create_user(email, password, **{**fields, "role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").strip().lower())
