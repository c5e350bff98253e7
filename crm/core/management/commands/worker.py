"""Run background jobs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm.engines import programs


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time")
        parser.add_argument("--queues", default="", help="only these queues, separated by commas")
        parser.add_argument("--log-level", default="INFO")

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(
            programs.become(programs.worker(options["concurrency"], options["log_level"], options["queues"]))
        )
