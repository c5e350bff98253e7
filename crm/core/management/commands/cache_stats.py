"""How often cached reads were answered from what was kept."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from crm.core.cache_counts import KEPT_DAYS, read_counts, total_of


class Command(BaseCommand):
    help = "Show how each cached read was answered: as kept (hit), by waiting for a computation under way (wait), computed (miss)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=1,
            choices=range(1, KEPT_DAYS + 1),
            metavar="DAYS",
            help=f"Business days to count, today included: 1 (the default) to {KEPT_DAYS}.",
        )

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        try:
            counts = read_counts(days=days)
        except RedisError as error:
            raise CommandError(f"Redis does not answer ({type(error).__name__}): see REDIS_URL.") from None
        if not counts:
            self.stdout.write("No cached read was asked for yet.")
            return
        width = max(len("read"), *(len(one.name) for one in counts))
        self.stdout.write(f"{'read':<{width}}  {'hit':>10}  {'wait':>8}  {'miss':>8}  {'hit rate':>8}")
        for one in [*counts, total_of(counts)]:
            self.stdout.write(
                f"{one.name:<{width}}  {one.hits:>10,}  {one.waits:>8,}  {one.misses:>8,}  {one.hit_rate:>7.1f}%"
            )
