"""The price book: its versions, and the form that makes the next one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from agencies.models import Agency
from crm.core.actors import Actor
from crm.core.admin.base import ReadOnlyAdmin, actor_of, person_of, show_refusal
from crm.core.choices import Role
from crm.core.exceptions import DomainError
from pricing.models import PriceBook
from pricing.selectors import current_book
from pricing.services import remove_vendor_price, set_default_price, set_smart_pricing, set_vendor_price

RANGE = ("min_price", "max_price")


def price_field(**options: Any) -> forms.DecimalField:
    """Dollars and cents."""
    return forms.DecimalField(
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
        **options,
    )


class PricesForm(forms.Form):
    """The prices in force, to be changed."""

    default_price = price_field(help_text="What we pay an agency without a price of its own for a lead.")
    min_price = price_field(label="Lowest price")
    max_price = price_field(label="Highest price")
    agency = forms.ModelChoiceField(
        queryset=Agency.objects.all(), required=False, empty_label="None", widget=UnfoldAdminSelectWidget(),
        label="An agency's own price", help_text="Choose the agency to give a price to, or to take it from.",
    )  # fmt: skip
    agency_price = price_field(
        required=False, help_text="Leave empty to pay the agency the default price again."
    )

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        book = current_book()
        super().__init__(data, initial={name: getattr(book, name) for name in ("default_price", *RANGE)})
        self.actor = actor
        if actor.role != Role.ADMIN:
            for name in RANGE:
                self.fields[name].disabled = True
                self.fields[name].help_text = "Set by admins."

    def save(self) -> None:
        """One service call for each thing that was changed."""
        with transaction.atomic():
            for change in self._changes():
                change()

    def _changes(self) -> list[Callable[[], PriceBook]]:
        given, changed, actor = self.cleaned_data, set(self.changed_data), self.actor
        found: list[Callable[[], PriceBook]] = []
        if "default_price" in changed:
            found.append(lambda: set_default_price(price=given["default_price"], actor=actor))
        if changed & set(RANGE):
            found.append(
                lambda: set_smart_pricing(
                    enabled=False, min_price=given["min_price"], max_price=given["max_price"], actor=actor
                )
            )
        if (agency := given["agency"]) and given["agency_price"] is not None:
            found.append(lambda: set_vendor_price(code=agency.pk, price=given["agency_price"], actor=actor))
        elif agency:
            found.append(lambda: remove_vendor_price(code=agency.pk, actor=actor))
        return found


@admin.register(PriceBook)
class PriceBookAdmin(ReadOnlyAdmin):
    """Every version of the prices, newest first: the newest is in force."""

    list_display = (
        "version",
        "default_price",
        "min_price",
        "max_price",
        "own_prices",
        "note",
        "author",
        "created_at",
    )
    list_display_links = ("version",)
    ordering = ("-version",)
    actions_list = ("change_prices",)

    @display(description="agencies with a price of their own")
    def own_prices(self, book: PriceBook) -> str:
        return ", ".join(f"{code} ${price}" for code, price in sorted(book.vendor_prices.items())) or "-"

    def has_price_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person_of(request).has_perm("pricing.change_pricebook")

    @action(description="Change prices", icon="edit", permissions=["price"])
    def change_prices(self, request: HttpRequest) -> HttpResponse:
        form = PricesForm(request.POST or None, actor=actor_of(request))
        if request.method == "POST" and form.is_valid():
            try:
                form.save()
            except DomainError as refusal:
                show_refusal(form, refusal, {"minPrice": "min_price", "maxPrice": "max_price"})
            else:
                self.message_user(request, f"In force from now on: version {current_book().version}.")
                return redirect("admin:pricing_pricebook_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Change prices",
            "button": "Put in force",
            "back": "../",
            "form": form,
        }
        return TemplateResponse(request, "admin/service_form.html", context)
