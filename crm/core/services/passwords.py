"""Passwords: changing one, and getting back in without one."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from crm.core import mails
from crm.core.actors import Actor
from crm.core.changes import sign
from crm.core.choices import Source
from crm.core.events import Event, publish
from crm.core.exceptions import InvalidInput
from crm.core.models import PasswordReset, User
from crm.core.services.sessions import end_sessions, renew_session
from crm.core.tokens import Tokens

CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that are mistaken for another
CODE_LENGTH = 8
VALID_FOR = timedelta(hours=1)
MAX_ATTEMPTS = 5
MAILED_AT_MOST_EVERY = timedelta(minutes=1)
WRONG_CODE = "This code is wrong, was used or has expired; ask for a new one."


@dataclass(frozen=True, slots=True)
class PasswordForgotten(Event):
    """Somebody asks for a code: perhaps a person here, perhaps not."""

    topic: ClassVar[str] = "account.password_forgotten"
    email: str

    @property
    def key(self) -> str:
        digest = salted_hmac("core.password_forgotten", self.email, algorithm="sha256").hexdigest()
        return f"account:{digest[:32]}"


def check_new_password(password: str, *, user: User, field: str) -> None:
    """400 that says what is wrong with it."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(error.messages[0], **{field: error.messages}) from None


@transaction.atomic
def set_password(*, user: User, actor: Actor, new_password: str, but: UUID | None = None) -> None:
    """Give `user` another password; ends all their sign-ins, `but` one perhaps."""
    check_new_password(new_password, user=user, field="newPassword")
    sign(actor, action="password_changed")
    user.set_password(new_password)
    user.save(update_fields=["password"])
    end_sessions(user=user, but=but)


@transaction.atomic
def change_password(
    *, user: User, actor: Actor, session_id: UUID, old_password: str, new_password: str
) -> Tokens:
    """Change one's own password; the sign-in that asks goes on, with the tokens returned."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.check_password(old_password):
        raise InvalidInput("This is not your password.", oldPassword=["This is not your password."])
    set_password(user=user, actor=actor, new_password=new_password, but=session_id)
    return renew_session(user=user, session_id=session_id)


def ask_for_code(*, email: str) -> None:
    """Note the wish. It is looked into later, so that nobody learns here whether the address is known."""
    with transaction.atomic():
        publish(PasswordForgotten(email.strip().lower()))


def mail_code(*, email: str) -> None:
    """Make a code and mail it, if the person is known and was not mailed one just now."""
    user = User.objects.filter(email=email, is_active=True).first()
    now = timezone.now()
    if (
        user is None
        or PasswordReset.objects.filter(user=user, mailed_at__gt=now - MAILED_AT_MOST_EVERY).exists()
    ):
        return
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    PasswordReset.objects.update_or_create(
        user=user,
        defaults={
            "code_hash": _hash(user.pk, code),
            "attempts": 0,
            "expires_at": now + VALID_FOR,
            "mailed_at": None,
            "used_at": None,
        },
    )
    mails.send(
        to=user.email,
        subject="Your code for a new password",
        template="password_reset",
        name=str(user),
        code=code,
    )
    PasswordReset.objects.filter(user=user).update(mailed_at=timezone.now())


def reset_password(*, email: str, code: str, new_password: str) -> User:
    """Set a new password with a mailed code; ends all sign-ins.

    The attempt is counted, and committed, before the code is looked at: guessing in parallel gains nothing.
    """
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    reset = _take_attempt(user) if user else None
    if (
        not user
        or not reset
        or not constant_time_compare(reset.code_hash, _hash(user.pk, code.strip().upper()))
    ):
        raise InvalidInput(WRONG_CODE, confirmationCode=[WRONG_CODE])
    with transaction.atomic():
        unused = PasswordReset.objects.filter(pk=user.pk, code_hash=reset.code_hash, used_at__isnull=True)
        if not unused.update(used_at=timezone.now()):
            raise InvalidInput(WRONG_CODE, confirmationCode=[WRONG_CODE])
        set_password(user=user, actor=user.actor(Source.API), new_password=new_password)
    return user


def _take_attempt(user: User) -> PasswordReset | None:
    """The code to compare with, if it may be tried once more. No joins: a racing UPDATE looks again only at its own row."""
    waiting = PasswordReset.objects.filter(pk=user.pk, used_at__isnull=True, expires_at__gt=timezone.now())
    if not waiting.filter(attempts__lt=MAX_ATTEMPTS).update(attempts=F("attempts") + 1):
        return None
    return waiting.first()


def _hash(user_id: int, code: str) -> str:
    return salted_hmac("core.password_reset", f"{user_id}:{code}", algorithm="sha256").hexdigest()
