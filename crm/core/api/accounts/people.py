"""Accounts as admins see them, and invitations."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from crm.core.api.accounts.filters import UserFilter
from crm.core.api.accounts.serializers import (
    AcceptanceSerializer,
    AccountChangeSerializer,
    AccountSerializer,
    InvitationSerializer,
    InviteSerializer,
    NewAccountSerializer,
    SignedInSerializer,
)
from crm.core.api.accounts.sessions import LOCKED, NO_STORE, OpenViewSet
from crm.core.api.idempotency import idempotent
from crm.core.api.permissions import IsAdmin, IsManager
from crm.core.api.requests import actor_of, origin_of, valid
from crm.core.models import User
from crm.core.services import accounts, invitations
from crm.core.services.sessions import open_session

LAST_ADMIN = OpenApiResponse(description="The last active admin stays one.")


class AccountViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[User]):
    """Everybody who can sign in."""

    permission_classes = [IsAdmin]
    serializer_class = AccountSerializer
    filterset_class = UserFilter
    ordering = "email"
    ordering_fields = ("email", "username", "date_joined", "last_seen")
    lookup_field = "username"
    lookup_value_regex = r"[^/\x00-\x1f]+"

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.all()

    @extend_schema(
        summary="Open an account", request=NewAccountSerializer, responses={201: AccountSerializer}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields = valid(NewAccountSerializer, request)
        user = accounts.create_user(
            actor=actor_of(request), password=fields.pop("password", None), fields=fields
        )
        return Response(AccountSerializer(user).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change or close an account",
        request=AccountChangeSerializer,
        responses={200: AccountSerializer, 409: LAST_ADMIN},
    )
    def partial_update(self, request: Request, username: str) -> Response:
        user = accounts.update_user(
            user=self.get_object(), actor=actor_of(request), fields=valid(AccountChangeSerializer, request)
        )
        return Response(AccountSerializer(user).data)


class InvitationViewSet(ViewSet):
    """Asking people in."""

    permission_classes = [IsManager]

    @extend_schema(
        summary="Invite somebody by mail",
        description="A one-time link, good for 72 hours. Managers invite agents and vendors. "
        "Inviting the same address again replaces the first link.",
        request=InviteSerializer,
        responses={201: InvitationSerializer},
    )
    @action(detail=False, methods=["post"])
    @idempotent
    def invite(self, request: Request) -> Response:
        invitation = invitations.invite(actor=actor_of(request), **valid(InviteSerializer, request))
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_201_CREATED)


class AcceptanceViewSet(OpenViewSet):
    """Accepting an invitation."""

    throttle_scope = "sensitive"

    @extend_schema(
        summary="Accept an invitation",
        description="Opens the account and signs its owner in.",
        request=AcceptanceSerializer,
        responses={201: SignedInSerializer, 429: LOCKED},
        auth=[],
    )
    @action(detail=False, methods=["post"], url_path="accept-invite")
    def accept(self, request: Request) -> Response:
        user = invitations.accept_invitation(**valid(AcceptanceSerializer, request))
        tokens = open_session(user=user, origin=origin_of(request))
        return Response(SignedInSerializer(tokens).data, status=status.HTTP_201_CREATED, headers=NO_STORE)
