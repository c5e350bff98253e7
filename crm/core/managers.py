"""How users are made and found."""

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.base_user import BaseUserManager
from django.db import connections
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

    def signed_in(self, user_id: int, session_id: UUID) -> "User | None":
        """The active person of a sign-in that has not ended.

        Every request asks this, so the statement is written once: putting the same one together from a
        queryset takes five times as long as PostgreSQL takes to answer it.
        """
        sql, names = _signed_in_statement(self.model)
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql, [user_id, session_id])
            row = cursor.fetchone()
        return self.model.from_db(self.db, names, row) if row else None

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


@cache
def _signed_in_statement(model: type["User"]) -> tuple[str, list[str]]:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'person."{field.column}"' for field in fields)
    sql = f"""
    SELECT {columns} FROM core_user person JOIN core_session session ON session.user_id = person.id
     WHERE person.id = %s AND person.is_active AND session.id = %s AND session.ended_at IS NULL
    """  # noqa: S608 - the model's own column names
    return sql, [field.attname for field in fields]
