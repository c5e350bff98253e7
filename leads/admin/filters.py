"""The filters of the lists of leads and of operations. None looks through the rows to find its options."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

from agencies.models import Agency
from crm.core.admin.base import actor_of
from crm.core.choices import Role
from crm.core.clock import business_day, day_bounds
from crm.core.exceptions import DomainError
from crm.core.models import User
from leads.choices import OPEN, USPS_CODES
from leads.models import BulkOperation, Lead, SavedFilter
from leads.querysets import LeadQuerySet
from leads.services.finding import narrow_by_saved_filter

Options = Iterable[tuple[str, str]]
UNASSIGNED = "unassigned"
POOL = "pool"
OVERDUE = "overdue"
PROGRAM = "program"
NO_SAVED_FILTER = (
    "This saved filter was deleted, or you may not see it: it chooses no leads. "
    "Choose another one, or none, to see leads again."
)


class KnownFilter(DropdownFilter):
    """Takes the values it offers; another is as none."""

    def value(self) -> str | None:
        given = super().value()
        return given if given in {value for value, _ in self.lookup_choices} else None


class SavedFilterFilter(DropdownFilter):
    """Those that a saved filter chooses, one's own or a public one; none where it is not there or no longer fits."""

    title = "saved filter"
    parameter_name = "saved_filter"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Options:
        seen = SavedFilter.objects.visible_to(actor_of(request)).order_by("name", "id")
        return [(str(pk), name) for pk, name in seen.values_list("pk", "name")]

    def has_output(self) -> bool:
        """Django passes over a filter without options: what the address asks for is asked all the same."""
        return bool(super().has_output() or self.value())

    @property
    def chosen(self) -> str | None:
        """The name of the one that the list is narrowed by."""
        return dict(self.lookup_choices).get(self.value() or "")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        value = self.value()
        if not value:
            return queryset
        leads = cast("LeadQuerySet", queryset)
        if self.chosen is None:
            messages.error(request, NO_SAVED_FILTER)
            return leads.none()
        try:
            return narrow_by_saved_filter(
                leads, UUID(value), actor=actor_of(request), parameter=self.parameter_name
            )
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return leads.none()


class AgencyFilter(KnownFilter):
    """Who sent it."""

    title = "agency"
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Options:
        return [(code, f"{name} ({code})") for code, name in Agency.objects.values_list("code", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        return queryset.filter(agency=self.value()) if self.value() else queryset


class AgentFilter(KnownFilter):
    """Who works it, or nobody."""

    title = "agent"
    parameter_name = "agent"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Options:
        agents = User.objects.agents().only("id", "email", "first_name", "last_name")
        nobody = [(POOL, "Nobody, and open"), (UNASSIGNED, "Nobody")]
        return [*nobody, *((str(agent.pk), str(agent)) for agent in agents)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        value = self.value() or ""
        if value == UNASSIGNED:
            return queryset.filter(assigned_agent__isnull=True)
        if value == POOL:
            return queryset.filter(assigned_agent__isnull=True, disposition__in=OPEN)
        return queryset.filter(assigned_agent=int(value)) if value else queryset


class StateFilter(KnownFilter):
    """Where the person lives."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Options:
        return [(code, code) for code in USPS_CODES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class DeadlineFilter(KnownFilter):
    """How soon the time to file runs out for a lead still worked."""

    title = "deadline of open leads"
    parameter_name = "deadline"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Options:
        within = [(str(days), f"Within {days} days") for days in (7, 14, 30, 60, 90, 180)]
        return [(OVERDUE, "Passed"), *within]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        value, today = self.value() or "", business_day()
        if value == OVERDUE:
            return queryset.filter(disposition__in=OPEN, filing_deadline__lt=today)
        if value:
            last = today + timedelta(days=int(value))
            return queryset.filter(disposition__in=OPEN, filing_deadline__range=(today, last))
        return queryset


class CreatedFilter(RangeDateFilter):
    """When it came in: whole days of the business, both ends included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(created_at__gte=day_bounds(first)[0])
        if last:
            queryset = queryset.filter(created_at__lt=day_bounds(last)[1])
        return queryset

    def _day(self, end: str) -> date | None:
        given: Any = self.used_parameters.get(f"{self.parameter_name}_{end}")
        try:
            return parse_date(given or "")
        except ValueError:
            return None


class AuthorFilter(KnownFilter):
    """Who did it: one of the staff, or the program."""

    title = "author"
    parameter_name = "author"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Options:
        staff = User.objects.get_queryset().exclude(role=Role.VENDOR).order_by("email")
        return [
            (PROGRAM, "The program"),
            *((str(pk), email) for pk, email in staff.values_list("pk", "email")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BulkOperation]) -> QuerySet[BulkOperation]:
        value = self.value()
        if value == PROGRAM:
            return queryset.filter(author_user__isnull=True)
        return queryset.filter(author_user=int(value)) if value else queryset
