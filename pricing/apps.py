"""App: what a lead costs."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """What a lead costs."""

    name = "pricing"
