"""The benchmark's app; it is one only so that its command is found."""

from django.apps import AppConfig


class BenchmarkConfig(AppConfig):
    """No models, no routes: it drives the program from outside."""

    name = "crm.benchmark"
    label = "benchmark"
