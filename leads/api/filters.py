"""The filters of GET /leads."""

from typing import Any
from uuid import UUID

from django_filters import UUIDFilter
from rest_framework.request import Request

from crm.core.api.requests import actor_of
from leads.filters import LeadFilter, VendorLeadFilter
from leads.querysets import LeadQuerySet
from leads.services.finding import narrow_by_saved_filter


class VendorLeadListFilter(VendorLeadFilter):
    """What a vendor may ask, for the caller of a request."""

    savedFilter = UUIDFilter(method="in_saved_filter", label="The id of a saved filter; all must hold.")

    def __init__(self, data: Any, queryset: LeadQuerySet, *, request: Request, **options: Any) -> None:
        super().__init__(data, queryset, actor=actor_of(request), **options)

    def in_saved_filter(self, leads: LeadQuerySet, name: str, value: UUID) -> LeadQuerySet:
        return narrow_by_saved_filter(leads, value, actor=self.actor, parameter=name)


class LeadListFilter(VendorLeadListFilter, LeadFilter):
    """What the staff may ask."""
