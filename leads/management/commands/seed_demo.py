"""Fill the database with a believable demo world: accounts, agencies and a year of leads."""

import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from leads.services.demo.seeding import SeedingRunsError, is_empty, seed_demo
from leads.services.demo.summary import summary_lines

DEFAULT_LEADS = 5000
DEFAULT_SEED = 2026


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        leads = int(os.environ.get("DEMO_LEADS") or DEFAULT_LEADS)
        parser.add_argument("--leads", type=int, default=leads, help="how many leads to add (DEMO_LEADS)")
        parser.add_argument(
            "--once", action="store_true", help="do nothing where there are leads or people already"
        )
        parser.add_argument(
            "--seed", type=int, default=DEFAULT_SEED, help="the same seed draws the same world"
        )
        parser.add_argument("--force", action="store_true", help="also in production")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["force"]:
            raise CommandError(
                "This is production: demo accounts have a well-known password. --force if you mean it."
            )
        if options["leads"] < 0:
            raise CommandError("--leads must be 0 or more.")
        if options["once"] and not is_empty():
            self.stdout.write("There are leads or people already: no demo data added.")
            return
        self._seed(options["leads"], options["seed"], is_quiet=options["verbosity"] == 0)

    def _seed(self, leads: int, seed: int, *, is_quiet: bool) -> None:
        began = time.perf_counter()
        tqdm.monitor_interval = 0  # its thread would be in the way of forking
        with tqdm(total=leads, unit="lead", desc="Demo leads", disable=is_quiet or None) as bar:
            try:
                seeded = seed_demo(leads, seed=seed, now=timezone.now(), on_progress=bar.update)
            except SeedingRunsError as error:
                raise CommandError(str(error)) from None
        seconds = time.perf_counter() - began
        if is_quiet:
            return
        for line in summary_lines():
            self.stdout.write(line)
        self.stdout.write(f"Added {leads:,} leads in {seconds:.1f} s; crashes from {seeded.crashes}.")
