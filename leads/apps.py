"""App: leads, from a vendor's post to a signed retainer."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Leads, from a vendor's post to a signed retainer."""

    name = "leads"

    def ready(self) -> None:
        from leads import receivers  # noqa: F401 - they register themselves
