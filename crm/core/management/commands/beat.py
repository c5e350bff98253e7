"""Start background jobs at their times. Run exactly one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm.engines import programs


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log-level", default="INFO")

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(programs.become(programs.beat(options["log_level"])))
