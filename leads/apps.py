"""App: leads, from a vendor's post to a signed retainer."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Leads, from a vendor's post to a signed retainer."""

    name = "leads"

    def ready(self) -> None:
        from leads import receivers  # noqa: F401 - they register themselves
        from leads.services.merging import children  # noqa: F401 - so does what a merge's undo moves back
