"""Run the rules and show what they find."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from analytics.models.insight import Severity
from analytics.services.insights.finding import Finding
from analytics.services.insights.registry import find_insights
from analytics.services.insights.storing import refresh_insights


class Command(BaseCommand):
    help = "Look for what a manager should look at, and show it with its figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--store", action="store_true", help="Keep it as the current set, as the worker does."
        )
        parser.add_argument("--json", action="store_true", help="Whole documents, one a line.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["store"]:
            stored = refresh_insights()
            self.stdout.write(
                f"{stored:,} stored." if stored else "None stored: none found, or a worker is at it."
            )
            return
        show = self._show_json if options["json"] else self._show
        found = find_insights()
        for finding in found:
            show(finding)
        if not found:
            self.stdout.write("Nothing stands out.")

    def _show_json(self, finding: Finding) -> None:
        named = {"code": finding.code, "severity": finding.severity.label, "agency": finding.scope or None}
        self.stdout.write(json.dumps(named | finding.document(), default=str))

    def _show(self, finding: Finding) -> None:
        styles = {Severity.CRITICAL: self.style.ERROR, Severity.WARNING: self.style.WARNING}
        style = styles.get(finding.severity, self.style.SUCCESS)
        self.stdout.write(style(f"{finding.severity.label:<8} {finding.title}"))
        self.stdout.write(f"         {finding.text}")
        self.stdout.write(f"         {finding.link.method} {finding.link.path}")
