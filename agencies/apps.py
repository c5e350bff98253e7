"""App: the vendors that send leads."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """The vendors that send leads."""

    name = "agencies"
