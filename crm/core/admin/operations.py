"""The machinery: schedules, and the events that wait for delivery."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from django_celery_beat import admin as beat_admin
from django_celery_beat import models as beat
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.core.admin.base import BaseAdmin, ReadOnlyAdmin, actor_of
from crm.core.exceptions import DomainError
from crm.core.models import OutboxEvent
from crm.core.services.outbox import retry_events

admin.site.unregister(
    [beat.PeriodicTask, beat.IntervalSchedule, beat.CrontabSchedule, beat.SolarSchedule, beat.ClockedSchedule]
)
admin.site.unregister(Group)  # roles are the whole permission system
admin.site.unregister(
    [model for model in apps.get_app_config("axes").get_models() if admin.site.is_registered(model)]
)


class TaskSelect(UnfoldAdminSelectWidget, beat_admin.TaskSelectWidget):
    """The registered tasks, in the theme's dress."""


class PeriodicTaskForm(beat_admin.PeriodicTaskForm):
    """Django-celery-beat's form, in the theme's dress."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(beat.PeriodicTask)
class PeriodicTaskAdmin(beat_admin.PeriodicTaskAdmin, BaseAdmin):
    """What runs when."""

    form = PeriodicTaskForm
    actions = ("enable_tasks", "disable_tasks", "toggle_tasks", "run_tasks")


@admin.register(beat.IntervalSchedule)
class IntervalScheduleAdmin(beat_admin.IntervalScheduleAdmin, BaseAdmin):
    """Every so often."""


@admin.register(beat.CrontabSchedule)
class CrontabScheduleAdmin(beat_admin.CrontabScheduleAdmin, BaseAdmin):
    """At these times."""


@admin.register(beat.SolarSchedule)
class SolarScheduleAdmin(BaseAdmin):
    """With the sun."""


@admin.register(beat.ClockedSchedule)
class ClockedScheduleAdmin(beat_admin.ClockedScheduleAdmin, BaseAdmin):
    """Once."""


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    """What happened, and whether everyone concerned has heard of it."""

    list_display = (
        "id", "topic", "key", "created_at", "delivered_at", "attempts", "next_attempt_at", "failed_at",
    )  # fmt: skip
    list_filter = (("failed_at", admin.EmptyFieldListFilter),)
    list_display_links = ("id", "topic")
    ordering = ("-id",)
    sortable_by = ("id",)
    actions = ("try_again",)
    change_form_template = "admin/core/outboxevent/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.try_again_view))
        return [
            path("<int:event_id>/try-again/", view, name="core_outboxevent_try_again"),
            *super().get_urls(),
        ]

    def try_again_view(self, request: HttpRequest, event_id: int) -> HttpResponse:
        self._try_again(request, [event_id])
        return redirect(reverse("admin:core_outboxevent_change", args=[event_id]))

    @admin.action(description="Try again", permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxEvent]) -> None:
        self._try_again(request, list(queryset.values_list("pk", flat=True)))

    def _try_again(self, request: HttpRequest, event_ids: list[int]) -> None:
        try:
            number = retry_events(event_ids, actor=actor_of(request))
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return
        told = f"{number} event{'' if number == 1 else 's'} will be delivered again within seconds."
        messages.success(request, told if number else "None of these was set aside.")

    def has_view_permission(self, request: HttpRequest, obj: OutboxEvent | None = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))
