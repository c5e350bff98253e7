"""Passwords over HTTP."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from crm.core.api.accounts.serializers import (
    DoneSerializer,
    ForgottenSerializer,
    PasswordChangeSerializer,
    ResetSerializer,
    SignedInSerializer,
)
from crm.core.api.accounts.sessions import LOCKED, NO_STORE, OpenViewSet, done
from crm.core.api.requests import actor_of, session_of, user_of, valid
from crm.core.lockout import forgive
from crm.core.services import passwords

REFUSED = OpenApiResponse(description="A wrong password or code, or a new password that is too weak.")


class ForgottenPasswordViewSet(OpenViewSet):
    """Back in by a mailed code."""

    throttle_scope = "sensitive"

    @extend_schema(
        summary="Have a code mailed",
        description="Answers the same whether or not anybody has this address.",
        request=ForgottenSerializer,
        responses={200: DoneSerializer, 429: LOCKED},
        auth=[],
    )
    @action(detail=False, methods=["post"], url_path="forgot-password")
    def forgot(self, request: Request) -> Response:
        passwords.ask_for_code(**valid(ForgottenSerializer, request))
        return done("If somebody here has this address, a code is on its way to it.")

    @extend_schema(
        summary="Choose a new password with the code",
        description="Ends all sign-ins of the account.",
        request=ResetSerializer,
        responses={200: DoneSerializer, 400: REFUSED, 429: LOCKED},
        auth=[],
    )
    @action(detail=False, methods=["post"], url_path="confirm-forgot-password")
    def confirm(self, request: Request) -> Response:
        given = valid(ResetSerializer, request)
        user = passwords.reset_password(
            email=given["email"], code=given["confirmationCode"], new_password=given["newPassword"]
        )
        forgive(request._request, user)
        return done("The new password is set; sign in with it.")


class PasswordViewSet(ViewSet):
    """The caller's password."""

    throttle_scope = "sensitive"

    @extend_schema(
        summary="Change my password",
        description="Ends all other sign-ins and kills the tokens sent until now; go on with those answered.",
        request=PasswordChangeSerializer,
        responses={200: SignedInSerializer, 400: REFUSED},
    )
    @action(detail=False, methods=["post"], url_path="change-password")
    def change(self, request: Request) -> Response:
        given = valid(PasswordChangeSerializer, request)
        tokens = passwords.change_password(
            user=user_of(request),
            actor=actor_of(request),
            session_id=session_of(request),
            old_password=given["oldPassword"],
            new_password=given["newPassword"],
        )
        return Response(SignedInSerializer(tokens).data, headers=NO_STORE)
