"""Compare every agent's count of open leads with the leads."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.services.recounting import Difference, differing_capacities, mend_capacities


class Command(BaseCommand):
    help = "Compare every agent's count of open leads with the leads themselves, show and mend what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Only show; exit with 1 where there is a difference."
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        found = differing_capacities() if check else mend_capacities()
        if not found:
            self.stdout.write("Every count of open leads is right.")
            return
        self._show(found)
        told = f"{len(found)} count{'' if len(found) == 1 else 's'} of open leads"
        if check:
            raise CommandError(f"{told} wrong; run manage.py recount_capacity to mend.")
        self.stdout.write(f"{told} mended.")

    def _show(self, found: list[Difference]) -> None:
        width = max(len("person"), *(len(one.email) for one in found))
        self.stdout.write(f"{'person':<{width}}  {'recorded':>8}  {'counted':>8}  {'difference':>10}")
        for one in found:
            off = one.counted - one.recorded
            self.stdout.write(f"{one.email:<{width}}  {one.recorded:>8,}  {one.counted:>8,}  {off:>+10,}")
