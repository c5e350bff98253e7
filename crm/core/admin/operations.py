"""The machinery: schedules, and the events that wait for delivery."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django_celery_beat import admin as beat_admin
from django_celery_beat import models as beat
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.core.admin.base import BaseAdmin, ReadOnlyAdmin
from crm.core.models import OutboxEvent

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

    def has_view_permission(self, request: HttpRequest, obj: OutboxEvent | None = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))
