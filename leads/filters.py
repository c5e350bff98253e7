"""The filters of lists of leads, shared by the API and whatever takes "filters as GET /leads"."""

from datetime import date
from typing import Any

import django_filters as filters

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.clock import business_day, day_bounds
from crm.core.filtering import LeanFilterSet
from crm.core.managers import UserQuerySet
from crm.core.models import User
from leads.choices import USPS_CODES, Disposition, HasAttorney, Priority
from leads.models import Lead
from leads.querysets import LeadQuerySet

STATES = [(code, code) for code in USPS_CODES]
LONGEST_FILTER = 365 * 20  # days


class VendorLeadFilter(LeanFilterSet):
    """What a vendor may ask of its own leads: nothing that would tell what it is not shown.

    Narrows `Lead.objects.visible_to(actor)`; the actor is whom `me` means. Days are the business's days.
    """

    disposition = filters.MultipleChoiceFilter(choices=Disposition.choices, method="in_dispositions")
    status = filters.MultipleChoiceFilter(
        choices=Disposition.choices, method="in_dispositions", label="Alias of disposition."
    )
    vendor_code = filters.CharFilter(field_name="agency", lookup_expr="exact")
    vendor = filters.CharFilter(field_name="agency", lookup_expr="exact", label="Alias of vendor_code.")
    campaign_source = filters.CharFilter()
    state = filters.ChoiceFilter(choices=STATES)
    has_attorney = filters.ChoiceFilter(choices=HasAttorney.choices)
    startDate = filters.DateFilter(method="from_day", label="First day of creation.")
    endDate = filters.DateFilter(method="to_day", label="Last day of creation.")
    minQuality = filters.NumberFilter(
        field_name="quality_score", lookup_expr="gte", min_value=1, max_value=10
    )
    maxQuality = filters.NumberFilter(
        field_name="quality_score", lookup_expr="lte", min_value=1, max_value=10
    )
    deadlineWithin = filters.NumberFilter(method="deadline_within", min_value=0, max_value=LONGEST_FILTER)
    q = filters.CharFilter(method="matching", label="Words in name, e-mail or phone; for staff in notes too.")

    class Meta:
        model = Lead
        fields: list[str] = []

    def __init__(self, data: Any, queryset: LeadQuerySet, *, actor: Actor, **options: Any) -> None:
        super().__init__(data, queryset, **options)
        self.actor = actor

    def in_dispositions(self, leads: LeadQuerySet, name: str, values: list[str]) -> LeadQuerySet:
        return leads.filter(disposition__in=values) if values else leads

    def from_day(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(created_at__gte=day_bounds(value)[0])

    def to_day(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(created_at__lt=day_bounds(value)[1])

    def deadline_within(self, leads: LeadQuerySet, name: str, value: Any) -> LeadQuerySet:
        return leads.deadline_within(int(value), business_day())

    def matching(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return matching(leads, value, self.actor.role)


class LeadFilter(VendorLeadFilter):
    """What the people who work the leads may ask."""

    assigned_agent = filters.CharFilter(method="held_by", label="An e-mail address, `me` or `unassigned`.")
    priority = filters.ChoiceFilter(choices=Priority.choices)
    tag = filters.CharFilter(method="with_tag")
    minValue = filters.NumberFilter(field_name="lead_value", lookup_expr="gte", min_value=0)
    maxValue = filters.NumberFilter(field_name="lead_value", lookup_expr="lte", min_value=0)

    def held_by(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        if value == "unassigned":
            return leads.unassigned()
        if value == "me":
            return leads.filter(assigned_agent=self.actor.user_id)
        # Found first, not joined: the index then reads the agent's leads in the list's order.
        return leads.filter(assigned_agent=User.objects.filter(email=value.strip().lower()).values("pk")[:1])

    def with_tag(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(tags__contains=[value]).exclude(tags=[])  # the index leaves out empty lists


def matching(leads: LeadQuerySet, text: str, role: Role) -> LeadQuerySet:
    """Free text search as `role` may: a vendor not by our notes."""
    return leads.matching_contact(text) if role == Role.VENDOR else leads.matching(text)


def lead_filter_for(role: Role) -> type[VendorLeadFilter]:
    """The filters that `role` has."""
    return VendorLeadFilter if role == Role.VENDOR else LeadFilter


class AgentFilter(LeanFilterSet):
    """Which agents to list."""

    status = filters.ChoiceFilter(
        choices=[("active", "Active"), ("inactive", "Inactive")], method="in_status"
    )
    available = filters.ChoiceFilter(
        choices=[("true", "Yes"), ("false", "Either")],
        method="with_room",
        label="true: present, with room for another lead.",
    )

    class Meta:
        model = User
        fields: list[str] = []

    def in_status(self, agents: UserQuerySet, name: str, value: str) -> UserQuerySet:
        return agents.filter(is_active=value == "active")

    def with_room(self, agents: UserQuerySet, name: str, value: str) -> UserQuerySet:
        return agents.present().with_room() if value == "true" else agents
