"""The filters of lists of leads, shared by the API and whatever takes "filters as GET /leads"."""

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import Q

from crm.core.actors import Actor
from crm.core.api.requests import actor_of
from crm.core.choices import Role
from crm.core.clock import business_day, day_bounds
from leads.choices import USPS_CODES, Disposition, HasAttorney, Priority
from leads.models import Lead
from leads.querysets import LeadQuerySet

STATES = [(code, code) for code in USPS_CODES]


class LeadFilter(filters.FilterSet):
    """`Lead.objects.visible_to(actor)` narrowed by query parameters. Days are the business's days."""

    disposition = filters.MultipleChoiceFilter(choices=Disposition.choices, method="in_dispositions")
    status = filters.MultipleChoiceFilter(
        choices=Disposition.choices, method="in_dispositions", label="Alias of disposition."
    )
    vendor_code = filters.CharFilter(field_name="agency", lookup_expr="exact")
    vendor = filters.CharFilter(field_name="agency", lookup_expr="exact", label="Alias of vendor_code.")
    campaign_source = filters.CharFilter()
    assigned_agent = filters.CharFilter(method="held_by", label="An e-mail address, `me` or `unassigned`.")
    priority = filters.ChoiceFilter(choices=Priority.choices)
    state = filters.ChoiceFilter(choices=STATES)
    tag = filters.CharFilter(field_name="tags", method="with_tag")
    has_attorney = filters.ChoiceFilter(choices=HasAttorney.choices)
    startDate = filters.DateFilter(method="from_day", label="First day of creation.")
    endDate = filters.DateFilter(method="to_day", label="Last day of creation.")
    minQuality = filters.NumberFilter(
        field_name="quality_score", lookup_expr="gte", min_value=1, max_value=10
    )
    maxQuality = filters.NumberFilter(
        field_name="quality_score", lookup_expr="lte", min_value=1, max_value=10
    )
    minValue = filters.NumberFilter(field_name="lead_value", lookup_expr="gte", min_value=0)
    maxValue = filters.NumberFilter(field_name="lead_value", lookup_expr="lte", min_value=0)
    deadlineWithin = filters.NumberFilter(method="deadline_within", min_value=0, max_value=3650)
    q = filters.CharFilter(method="matching", label="Words in name, e-mail, phone or notes.")

    class Meta:
        model = Lead
        fields: list[str] = []

    def in_dispositions(self, leads: LeadQuerySet, name: str, values: list[str]) -> LeadQuerySet:
        return leads.filter(disposition__in=values) if values else leads

    def held_by(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        actor = self._actor
        if actor.role == Role.VENDOR:
            return leads.none()  # agents are not a vendor's business
        if value == "unassigned":
            return leads.unassigned()
        if value == "me":
            return leads.filter(assigned_agent=actor.user_id)
        return leads.filter(assigned_agent__email=value.strip().lower())

    def with_tag(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(tags__contains=[value]).exclude(tags=[])

    def from_day(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(created_at__gte=day_bounds(value)[0])

    def to_day(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(created_at__lt=day_bounds(value)[1])

    def deadline_within(self, leads: LeadQuerySet, name: str, value: Any) -> LeadQuerySet:
        return leads.deadline_within(int(value), business_day())

    def matching(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.matching(value) if value.strip() else leads.filter(Q())

    @property
    def _actor(self) -> Actor:
        return actor_of(self.request)
