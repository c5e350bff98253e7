"""The platform's app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Users, sessions, events and what every API endpoint shares."""

    name = "crm.core"
    label = "core"
    verbose_name = "People and access"

    def ready(self) -> None:
        from crm.core import events, receivers, tasks  # noqa: F401 - receivers register themselves

        events.wake_with(tasks.wake_delivery)
