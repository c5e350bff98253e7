"""The filters of GET /leads."""

from typing import Any

from rest_framework.request import Request

from crm.core.api.requests import actor_of
from leads.filters import LeadFilter, VendorLeadFilter
from leads.querysets import LeadQuerySet


class VendorLeadListFilter(VendorLeadFilter):
    """What a vendor may ask, for the caller of a request."""

    def __init__(self, data: Any, queryset: LeadQuerySet, *, request: Request, **options: Any) -> None:
        super().__init__(data, queryset, actor=actor_of(request), **options)


class LeadListFilter(VendorLeadListFilter, LeadFilter):
    """What the staff may ask."""
