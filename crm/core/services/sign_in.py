"""Signing in with a password."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from crm.core.exceptions import RateLimited, Unauthenticated
from crm.core.lockout import giving_back, seconds_locked
from crm.core.models import User
from crm.core.services.sessions import Origin, open_session
from crm.core.tokens import Tokens


def sign_in(*, request: HttpRequest, name: str, password: str, origin: Origin) -> Tokens:
    """Tokens for whoever knows the password.

    Unknown, inactive and wrong look alike. The fifth failure locks; what is locked is not even looked at.
    """
    with giving_back(request):
        user = authenticate(request, username=name, password=password)
        if isinstance(user, User):
            user_logged_in.send(sender=User, request=request, user=user)
    if isinstance(user, User):
        return open_session(user=user, origin=origin)
    was_counted = getattr(request, "axes_failures_since_start", None) is not None
    if getattr(request, "axes_locked_out", False) and not was_counted:
        seconds = seconds_locked(request, name)
        raise RateLimited(
            f"Too many failed sign-ins; try again in {-(-seconds // 60)} minutes.", retry_after=seconds
        )
    raise Unauthenticated("No active account has this name and password.")
