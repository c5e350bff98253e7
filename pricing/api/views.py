"""Prices and quotes."""

from decimal import Decimal

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from agencies.api.authentication import KEY_OR_TOKEN
from agencies.models import Agency
from crm.core.api.permissions import IsAdmin, IsManager, roles
from crm.core.api.requests import actor_of, valid
from crm.core.choices import Role
from pricing import services
from pricing.api.serializers import (
    PriceBookSerializer,
    PriceInput,
    QuoteInput,
    QuoteSerializer,
    SmartPricingInput,
)
from pricing.exceptions import UnknownAgency
from pricing.models import PriceBook
from pricing.quoting import PricingFacts, quote
from pricing.selectors import current_book

IsManagerOrVendor = roles(Role.ADMIN, Role.MANAGER, Role.VENDOR)


class PricingViewSet(GenericViewSet[PriceBook]):
    """The price book. Every change is a new version; only an admin touches the switch of smart pricing."""

    queryset = PriceBook.objects.none()
    serializer_class = PriceBookSerializer
    pagination_class = None
    filter_backends = ()

    def get_permissions(self) -> list[BasePermission]:
        return [IsAdmin() if self.action == "smart" else IsManager()]

    @extend_schema(
        summary="The prices in force",
        operation_id="pricing_retrieve",
        responses={200: forced_singular_serializer(PriceBookSerializer)},  # type: ignore[no-untyped-call]
    )
    def list(self, request: Request) -> Response:
        return Response(PriceBookSerializer(current_book()).data)

    @extend_schema(summary="Set the default price", request=PriceInput, responses=PriceBookSerializer)
    @action(methods=["put"], detail=False)
    def default(self, request: Request) -> Response:
        book = services.set_default_price(price=_given_price(request), actor=actor_of(request))
        return Response(PriceBookSerializer(book).data)

    @extend_schema(summary="Set range and rules", request=SmartPricingInput, responses=PriceBookSerializer)
    @action(methods=["put"], detail=False)
    def smart(self, request: Request) -> Response:
        book = services.set_smart_pricing(actor=actor_of(request), **valid(SmartPricingInput, request))
        return Response(PriceBookSerializer(book).data)


class VendorPriceViewSet(GenericViewSet[PriceBook]):
    """The price of one vendor."""

    queryset = PriceBook.objects.none()
    serializer_class = PriceBookSerializer
    permission_classes = [IsManager]
    filter_backends = ()
    lookup_url_kwarg = "code"
    lookup_value_regex = "[A-Za-z0-9_-]{1,40}"

    @extend_schema(summary="Set a vendor's price", request=PriceInput, responses=PriceBookSerializer)
    def update(self, request: Request, code: str) -> Response:
        book = services.set_vendor_price(
            code=code.upper(), price=_given_price(request), actor=actor_of(request)
        )
        return Response(PriceBookSerializer(book).data)

    @extend_schema(summary="Pay a vendor the default price", responses={200: PriceBookSerializer})
    def destroy(self, request: Request, code: str) -> Response:
        book = services.remove_vendor_price(code=code.upper(), actor=actor_of(request))
        return Response(PriceBookSerializer(book).data)


class QuoteViewSet(GenericViewSet[PriceBook]):
    """What a lead would cost now; stores nothing. A vendor asks for its own agency only."""

    queryset = PriceBook.objects.none()
    serializer_class = QuoteSerializer
    authentication_classes = KEY_OR_TOKEN
    permission_classes = [IsManagerOrVendor]

    @extend_schema(summary="Quote a lead", request=QuoteInput, responses={200: QuoteSerializer})
    def create(self, request: Request) -> Response:
        facts = valid(QuoteInput, request)
        facts["vendor_code"] = _vendor_of(request, facts.get("vendor_code", ""))
        return Response(quote(PricingFacts(**facts)).document())


def _vendor_of(request: Request, code: str) -> str:
    actor = actor_of(request)
    if actor.role == Role.VENDOR:
        code = code or actor.vendor_code
    if code and not Agency.objects.visible_to(actor).filter(pk=code).exists():
        raise UnknownAgency(code)
    return code


def _given_price(request: Request) -> Decimal:
    price: Decimal = valid(PriceInput, request)["price"]
    return price
