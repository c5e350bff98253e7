"""From a request to the actor it is made by."""

from typing import Any, Protocol, runtime_checkable

from rest_framework.request import Request

from crm.core.actors import Actor
from crm.core.choices import Source


@runtime_checkable
class Principal(Protocol):
    """Whoever signs in: a person, or an agency's key."""

    def actor(self, source: Source, request_id: str = "") -> Actor: ...


def actor_of(request: Request | Any, source: Source = Source.API) -> Actor:
    """The actor behind an authenticated request."""
    user = request.user
    if not isinstance(user, Principal):
        raise TypeError("actor_of() needs an authenticated request; check the view's permissions.")
    return user.actor(source, getattr(request, "request_id", ""))
