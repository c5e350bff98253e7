"""Accounts: making one, changing one, closing one."""

from typing import TypedDict

from django.db import transaction
from django.db.models import Q

from crm.core.actors import Actor
from crm.core.changes import sign
from crm.core.choices import Role
from crm.core.exceptions import DomainError
from crm.core.models import User
from crm.core.services.departures import is_departure, settle_departure
from crm.core.services.passwords import check_new_password
from crm.core.services.refusals import explained_refusals, refuse_taken_names
from crm.core.services.sessions import end_sessions


class LastAdmin(DomainError):
    """Without an admin nobody could make one."""


class ProfileFields(TypedDict, total=False):
    """What people may set on their own account."""

    first_name: str
    last_name: str
    availability: str


class AccountFields(ProfileFields, total=False):
    """What an admin may set on any account."""

    username: str
    email: str
    role: Role
    vendor_code: str
    is_active: bool
    max_capacity: int


def create_user(*, actor: Actor, fields: AccountFields, password: str | None = None) -> User:
    """Open an account. Without a password its owner chooses one by "forgot password"."""
    user = User(**_normalised(fields))
    user.username = user.username or user.email
    if password is not None:
        check_new_password(password, user=user, field="password")
    user.set_password(password)
    with transaction.atomic(), explained_refusals():
        sign(actor, action="user_created")
        refuse_taken_names(user)
        user.save(force_insert=True)
    return user


@transaction.atomic
def update_user(*, user: User, actor: Actor, fields: AccountFields) -> User:
    """Change an account. What its tokens stood for ends when it is closed, or its role or agency changes;
    what an agent worked on is settled first (`departures`).
    """
    if is_departure(
        user, role=fields.get("role", user.role), is_active=fields.get("is_active", user.is_active)
    ):
        settle_departure(user, actor)
    sign(actor, action="user_updated")
    user, admins = _locked(user)
    stamp, username_is_email = user.credential_stamp(), user.username == user.email
    for name, value in _normalised(fields).items():
        setattr(user, name, value)
    if username_is_email and "username" not in fields:
        user.username = user.email
    if admins and not any(one.is_superuser for one in admins):
        raise LastAdmin("This is the last active admin; make another person admin first.")
    with explained_refusals():
        refuse_taken_names(user)
        user.save(update_fields=[*fields, "username"])
    if not user.is_active or user.credential_stamp() != stamp:
        end_sessions(user=user)
    return user


@transaction.atomic
def update_profile(*, user: User, actor: Actor, fields: ProfileFields) -> User:
    """Change what people may change about themselves."""
    sign(actor, action="profile_updated")
    for name, value in fields.items():
        setattr(user, name, value)
    user.save(update_fields=list(fields))
    return user


def _locked(user: User) -> tuple[User, list[User]]:
    """The account, and where it is an admin's all active admins: of two who close each other one must stay.

    In order of id, so that they wait for one another; nobody else's account waits for the admins'.
    """
    rows = Q(pk=user.pk)
    if user.role == Role.ADMIN:
        rows |= Q(role=Role.ADMIN, is_active=True)
    locked = list(User.objects.select_for_update(no_key=True).filter(rows).order_by("pk"))
    user = next(one for one in locked if one.pk == user.pk)
    return user, locked if user.role == Role.ADMIN else []


def _normalised(fields: AccountFields) -> AccountFields:
    made = fields.copy()
    if "email" in made:
        made["email"] = made["email"].strip().lower()
    if "username" in made:
        made["username"] = made["username"].strip().lower()
    return made
