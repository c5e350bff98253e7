"""Signing in, staying in, signing out, and the caller's own account."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from crm.core.api.accounts.serializers import (
    DoneSerializer,
    ProfileChangeSerializer,
    RefreshedSerializer,
    RefreshSerializer,
    SignedInSerializer,
    SignInSerializer,
    UserSerializer,
)
from crm.core.api.requests import actor_of, origin_of, user_of, valid
from crm.core.services import accounts, sessions
from crm.core.services.sign_in import sign_in
from crm.core.tokens import CHALLENGE

NO_STORE = {"Cache-Control": "no-store"}
WRONG = OpenApiResponse(description="Wrong, expired or ended.")
LOCKED = OpenApiResponse(description="Too many attempts; see Retry-After.")


def done(message: str) -> Response:
    """Nothing to show but that it worked."""
    return Response({"success": True, "message": message}, headers=NO_STORE)


class OpenViewSet(ViewSet):
    """For callers who are not signed in; an old token in the request does no harm here."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]

    def get_authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class SignInViewSet(OpenViewSet):
    """Tokens, from the first to the last."""

    throttle_scope: str | None = None

    @extend_schema(
        summary="Sign in",
        request=SignInSerializer,
        responses={200: SignedInSerializer, 401: WRONG, 429: LOCKED},
        auth=[],
    )
    @action(detail=False, methods=["post"], throttle_scope="sensitive")
    def login(self, request: Request) -> Response:
        tokens = sign_in(
            request=request._request, origin=origin_of(request), **valid(SignInSerializer, request)
        )
        return Response(SignedInSerializer(tokens).data, headers=NO_STORE)

    @extend_schema(
        summary="Trade a refresh token for new tokens",
        description="Each refresh token works once. Using one again ends the sign-in it belongs to.",
        request=RefreshSerializer,
        responses={200: RefreshedSerializer, 401: WRONG},
        auth=[],
    )
    @action(detail=False, methods=["post"])
    def refresh(self, request: Request) -> Response:
        tokens = sessions.refresh_session(**valid(RefreshSerializer, request))
        return Response(RefreshedSerializer(tokens).data, headers=NO_STORE)

    @extend_schema(
        summary="Sign out", request=RefreshSerializer, responses={200: DoneSerializer, 401: WRONG}, auth=[]
    )
    @action(detail=False, methods=["post"])
    def logout(self, request: Request) -> Response:
        sessions.end_session(**valid(RefreshSerializer, request))
        return done("You are signed out.")


class MeViewSet(ViewSet):
    """The caller."""

    @extend_schema(summary="Who am I", request=None, responses=UserSerializer)
    @action(detail=False)
    def me(self, request: Request) -> Response:
        return Response(UserSerializer(user_of(request)).data)

    @extend_schema(
        summary="Change my name or availability", request=ProfileChangeSerializer, responses=UserSerializer
    )
    @me.mapping.patch
    def change_me(self, request: Request) -> Response:
        fields = valid(ProfileChangeSerializer, request)
        user = accounts.update_profile(user=user_of(request), actor=actor_of(request), fields=fields)
        return Response(UserSerializer(user).data)
