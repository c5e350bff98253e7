"""Reports that go out by mail: when, to whom, and what became of them."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from analytics.models.reports import (
    Audience,
    DeliveryStatus,
    Frequency,
    ReportDelivery,
    ReportFormat,
    ReportSchedule,
)
from analytics.services.reporting.delivering import MOST_ATTEMPTS, report_due
from analytics.services.reporting.files import write_report
from analytics.services.reporting.scheduling import (
    EDITABLE,
    create_schedule,
    delete_schedule,
    send_now,
    try_again,
    update_schedule,
)
from analytics.tasks import deliver_report
from crm.core.admin.base import CappedChangeList, ServiceAdmin, ServiceForm, actor_of
from crm.core.exceptions import DomainError

COLOURS = {
    DeliveryStatus.WAITING: "info",
    DeliveryStatus.SENT: "success",
    DeliveryStatus.FAILED: "danger",
}
DELIVERIES_SHOWN = 20
BETWEEN_ADDRESSES = re.compile(r"[\s,;]+")


class AddressesField(forms.CharField):
    """Addresses, one a line or with commas between them; becomes a list."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4, "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        addresses = [one for one in BETWEEN_ADDRESSES.split(super().clean(value)) if one]
        wrong = [one for one in addresses if not _is_address(one)]
        if wrong:
            raise ValidationError([f"Not an e-mail address: {one[:100]}" for one in wrong[:10]])
        return addresses

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ScheduleForm(ServiceForm):
    """What goes out, when and to whom."""

    formats = forms.MultipleChoiceField(
        choices=ReportFormat.choices,
        initial=[ReportFormat.PDF],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    recipients = AddressesField(help_text="One address a line. Each gets a mail of its own.")

    def serve(self) -> ReportSchedule:
        given = {name: self.cleaned_data[name] for name in EDITABLE}
        if self.instance._state.adding:
            return create_schedule(given=given, actor=self.actor)
        return update_schedule(self.instance.pk, changes=given, actor=self.actor)


class ScheduleChangeList(CappedChangeList):
    """Knows of each schedule shown what became of its last delivery: one statement for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        last = ReportDelivery.objects.last_of(self.result_list)
        for one in self.result_list:
            one.last_delivery = last.get(one.pk)


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ServiceAdmin):
    """Schedules; the page of one shows its deliveries, a preview, and sends now."""

    form = ScheduleForm
    list_display = ("name", "what", "when", "to", "is_active", "next_time", "last_result")
    list_filter = (("is_active", BooleanRadioFilter),)
    list_select_related = ("agency",)
    search_fields = ("name", "agency__name", "agency__code")
    search_help_text = "Name or agency"
    ordering = ("name",)
    sortable_by = ("name", "next_time")
    autocomplete_fields = ("agency",)
    radio_fields = {"audience": admin.VERTICAL}
    fieldsets = (
        (None, {"fields": ("name", "is_active")}),
        ("The report", {"fields": ("period", "agency", "audience", "formats")}),
        ("When", {"fields": (("frequency", "time"), ("weekday", "day_of_month"))}),
        ("To whom", {"fields": ("recipients",)}),
    )
    change_form_template = "admin/analytics/reportschedule/change_form.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ScheduleChangeList]:
        return ScheduleChangeList

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "analytics_reportschedule"
        return [
            path("<int:pk>/preview/<str:format>/", view(self.preview_view), name=f"{name}_preview"),
            path("<int:pk>/send-now/", view(require_POST(self.send_now_view)), name=f"{name}_send_now"),
            path(
                "<int:pk>/deliveries/<int:delivery>/try-again/",
                view(require_POST(self.try_again_view)),
                name=f"{name}_try_again",
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        schedule = kwargs.get("obj")
        if schedule is not None:
            shown = schedule.deliveries.order_by("-due_at")[:DELIVERIES_SHOWN]
            context["deliveries"] = [(one, COLOURS[DeliveryStatus(one.status)]) for one in shown]
            context["most_attempts"] = MOST_ATTEMPTS
            context["files"] = [(name, ReportFormat(name).label) for name in schedule.formats]
        return super().render_change_form(request, context, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "is_active":
            field.help_text = (
                "Switch it off instead of deleting it: once it has deliveries it is kept, as they are."
            )
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The database keeps one that has deliveries: no button leads to where that is told."""
        allowed = bool(super().has_delete_permission(request, obj))
        return allowed and (obj is None or not obj.deliveries.exists())

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        delete_schedule(obj.pk, actor=actor_of(request))

    def preview_view(self, request: HttpRequest, pk: int, format: str) -> HttpResponse:  # noqa: A002
        """The file as it would go out now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        schedule = ReportSchedule.objects.select_related("agency").filter(pk=pk).first()
        if schedule is None or format not in ReportFormat:
            raise Http404
        summary = report_due(schedule, timezone.now())
        file = write_report(summary, ReportFormat(format), Audience(schedule.audience))
        is_download = format != ReportFormat.PDF
        return HttpResponse(
            file.content,
            content_type=file.content_type,
            headers={
                "Content-Disposition": content_disposition_header(is_download, file.name) or "",
                "Cache-Control": "private, no-store",
            },
        )

    def send_now_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._check_may_send(request)
        try:
            delivery = send_now(pk, actor=actor_of(request))
        except DomainError as refusal:
            raise Http404 from refusal
        self._hand_over(delivery)
        if delivery.attempts:
            messages.info(request, "It was asked for already; its delivery below tells what became of it.")
        else:
            number = delivery.recipients_count
            messages.success(request, f"On its way to {number} recipient{'' if number == 1 else 's'}.")
        return redirect(reverse("admin:analytics_reportschedule_change", args=[pk]))

    def try_again_view(self, request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
        self._check_may_send(request)
        try:
            waiting = try_again(pk, delivery, actor=actor_of(request))
        except DomainError as refusal:
            raise Http404 from refusal
        if waiting is None:
            messages.error(request, "This delivery has not failed; there is nothing to try again.")
        else:
            self._hand_over(waiting)
            messages.success(request, "It is tried again, for those who have not got it.")
        return redirect(reverse("admin:analytics_reportschedule_change", args=[pk]))

    def _check_may_send(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _hand_over(self, delivery: ReportDelivery) -> None:
        """Beat would do it within a minute."""
        transaction.on_commit(lambda: deliver_report.delay(delivery.pk), robust=True)

    @display(description="report")
    def what(self, schedule: ReportSchedule) -> SafeString:
        whose = schedule.agency.name if schedule.agency else "All agencies"
        files = ", ".join(name.upper() for name in schedule.formats)
        return format_html(
            '{}<small class="crm-note crm-below">{}, {}</small>', schedule.get_period_display(), whose, files
        )

    @display(description="goes out")
    def when(self, schedule: ReportSchedule) -> str:
        day = {
            Frequency.DAILY: "Every day",
            Frequency.WEEKLY: f"Every {schedule.get_weekday_display()}",
            Frequency.MONTHLY: f"Day {schedule.day_of_month} of the month",
        }[Frequency(schedule.frequency)]
        return f"{day}, {time_format(schedule.time, 'H:i')}"

    @display(description="recipients")
    def to(self, schedule: ReportSchedule) -> int:
        return len(schedule.recipients)

    @display(description="next", ordering="next_run", empty_value="-")
    def next_time(self, schedule: ReportSchedule) -> str | None:
        return date_format(localtime(schedule.next_run), "M j, H:i") if schedule.next_run else None

    @display(description="last", empty_value="never")
    def last_result(self, schedule: Any) -> SafeString | None:
        last: ReportDelivery | None = schedule.last_delivery
        if last is None:
            return None
        badge = '<span class="crm-badge crm-badge--{}">{}</span> <small class="crm-note">{}</small>'
        told = date_format(localtime(last.due_at), "M j, H:i")
        return format_html(badge, COLOURS[DeliveryStatus(last.status)], last.get_status_display(), told)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
