"""Which roles may call an endpoint. Which records they then see is `visible_to`'s matter."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from crm.core.choices import Role


def roles(*allowed: Role) -> type[BasePermission]:
    """A permission class for the callers that have one of these roles."""

    class HasRole(BasePermission):
        """The caller is signed in with an allowed role."""

        message = (
            f"Your role may not do this; it needs {' or '.join(role.label.lower() for role in allowed)}."
        )

        def has_permission(self, request: Request, view: Any) -> bool:
            return (
                bool(request.user and request.user.is_authenticated)
                and getattr(request.user, "role", None) in allowed
            )

    return HasRole


IsAdmin = roles(Role.ADMIN)
IsManager = roles(Role.ADMIN, Role.MANAGER)
IsAgentOrManager = roles(Role.ADMIN, Role.MANAGER, Role.AGENT)
IsSignedIn = roles(*Role)
