"""What the database refuses about an account, said in words that name the field."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from crm.core.exceptions import InvalidInput
from crm.core.models import User

FOREIGN_KEY_VIOLATION = "23503"
NO_AGENCY = ("vendor_code", "There is no agency with this code.")
EMAIL_TAKEN = ("email", "Somebody has this e-mail address already.")
USERNAME_TAKEN = ("username", "Somebody has this user name already.")
REFUSALS = {
    "core_user_email_key": EMAIL_TAKEN,
    "core_user_email_ci": EMAIL_TAKEN,
    "core_user_username_key": USERNAME_TAKEN,
    "core_user_username_ci": USERNAME_TAKEN,
    "core_user_vendor_has_code": (
        "vendor_code",
        "A vendor needs its agency's code, and nobody else may have one.",
    ),
}


@contextmanager
def explained_refusals(*, keep: bool = True) -> Iterator[None]:
    """Turn a broken constraint into a 400 that names the field; with `keep=False` only try the writes.

    A deferred foreign key is checked here and not at commit, where nobody could answer for it.
    """
    try:
        with transaction.atomic():
            yield
            connection.check_constraints()
            if not keep:
                transaction.set_rollback(True)
    except IntegrityError as error:
        field, sentence = _explain(error)
        raise InvalidInput(sentence, **{field: [sentence]}) from None


def refuse_taken_names(user: User) -> None:
    """User names and addresses are one space: both sign in, so nobody's may be taken for another's."""
    others = User.objects.exclude(pk=user.pk)
    for (field, sentence), name in ((EMAIL_TAKEN, user.email), (USERNAME_TAKEN, user.username)):
        if others.filter(Q(email=name) | Q(username=name)).exists():
            raise InvalidInput(sentence, **{field: [sentence]})


def _explain(error: IntegrityError) -> tuple[str, str]:
    cause = error.__cause__
    if getattr(cause, "sqlstate", "") == FOREIGN_KEY_VIOLATION:
        return NO_AGENCY
    name = getattr(getattr(cause, "diag", None), "constraint_name", "") or ""
    if name not in REFUSALS:
        raise error
    return REFUSALS[name]
