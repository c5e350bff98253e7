"""From a request to the actor it is made by."""

from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from crm.core.actors import Actor
from crm.core.choices import Source
from crm.core.exceptions import NotAllowed
from crm.core.models import User
from crm.core.services.sessions import Origin
from crm.core.tokens import Claims


@runtime_checkable
class Principal(Protocol):
    """Whoever signs in: a person, or an agency's key."""

    def actor(self, source: Source, request_id: str = "") -> Actor: ...


def origin_of(request: Request) -> Origin:
    """Where a request comes from. Behind a proxy the server in front of us has put the real address there."""
    return Origin(
        address=request.META.get("REMOTE_ADDR") or None, user_agent=request.headers.get("User-Agent", "")
    )


def user_of(request: Request) -> User:
    """The person behind a request; 403 for an agency's key."""
    if not isinstance(request.user, User):
        raise NotAllowed("This is for people; sign in with a name and password.")
    return request.user


def session_of(request: Request) -> UUID:
    """The sign-in a request belongs to."""
    if not isinstance(request.auth, Claims):
        raise NotAllowed("This is for people; sign in with a name and password.")
    return request.auth.session_id


def actor_of(request: Request | Any, source: Source = Source.API) -> Actor:
    """The actor behind an authenticated request."""
    user = request.user
    if not isinstance(user, Principal):
        raise TypeError("actor_of() needs an authenticated request; check the view's permissions.")
    return user.actor(source, getattr(request, "request_id", ""))


def valid(serializer_class: type[Serializer[Any]], request: Request, **options: Any) -> Any:
    """The body as `serializer_class` understands it, a dict; 400 naming the fields where it does not."""
    serializer = serializer_class(data=request.data, **options)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
