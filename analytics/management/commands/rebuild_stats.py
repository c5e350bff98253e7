"""Compare the counters with the leads, or count them anew."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analytics.services.counting import Difference, counting_zone, differing_counts, rebuild_counts

SHOWN = 20


class Command(BaseCommand):
    help = "Compare the counters behind the statistics with the leads themselves, and count anew where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Only compare; exit with 1 where there is a difference."
        )
        parser.add_argument("--force", action="store_true", help="Count anew without comparing first.")

    def handle(self, *args: Any, check: bool, force: bool, **options: Any) -> None:
        zone = counting_zone()
        if zone != settings.BUSINESS_TIME_ZONE:
            told = f"The days counted are those of {zone}, the business's are those of {settings.BUSINESS_TIME_ZONE}"
            if check:
                raise CommandError(f"{told}; run manage.py rebuild_stats.")
            self.stdout.write(f"{told}: counting anew.")
        elif not force:
            found = differing_counts()
            if not found:
                self.stdout.write("Every counter is what the leads say.")
                return
            self._show(found)
            if check:
                raise CommandError(
                    f"{len(found):,} counters wrong; run manage.py rebuild_stats to count anew."
                )
        rebuild_counts()
        self.stdout.write("Counted anew.")

    def _show(self, found: list[Difference]) -> None:
        for one in found[:SHOWN]:
            said = ", ".join(
                f"{name} {kept} instead of {counted}" for name, (kept, counted) in one.measures.items()
            )
            self.stdout.write(
                f"{one.bucket:%Y-%m-%d %H:%M %Z}  {one.dimension.label.lower():<8} {one.key:<20} {said}"
            )
        if len(found) > SHOWN:
            self.stdout.write(f"… and {len(found) - SHOWN:,} more.")
