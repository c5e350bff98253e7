"""The whole service in one terminal: engines, migrations, demo data once, web, worker and beat."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from crm.engines import serve
from crm.engines.service import Options


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        serve.add_arguments(parser)
        parser.add_argument(
            "--prepare", action="store_true", help="only migrate and fill in demo data, then end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["prepare"]:
            raise SystemExit(
                serve.serve(Options(options["host"], options["port"], options["leads"], options["demo"]))
            )
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        if options["demo"]:
            call_command("seed_demo", leads=options["leads"], once=True)
