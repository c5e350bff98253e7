"""Measure what each operation costs through the real server, beside the same work done barest (docs/benchmark.md)."""

import json
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.benchmark import report
from crm.benchmark.databases import Database, database_of
from crm.benchmark.machine import surroundings
from crm.benchmark.measuring import Effort, measure
from crm.benchmark.operations import OPERATIONS, Operation
from crm.benchmark.profiling import profile
from crm.benchmark.results import Result, Results
from crm.benchmark.servers import serving
from crm.benchmark.world import World

SIZES = "10000,100000,1000000"
SMALLEST = 300  # leads; below, some filters find nothing


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(operation.name for operation in OPERATIONS)
        parser.add_argument(
            "--leads",
            default=SIZES,
            help=f"sizes to measure ({SIZES}: the last builds a million leads, 4 GB of disk on the configured server)",
        )
        parser.add_argument("--only", default="", help=f"some operations only, of: {names}")
        parser.add_argument(
            "-n", "--repetitions", type=int, default=200, help="of each operation, at most (200)"
        )
        parser.add_argument("--seconds", type=float, default=10.0, help="for each operation, at most (10)")
        parser.add_argument(
            "--clients", type=int, default=8, help="of the operations with several clients (8)"
        )
        parser.add_argument("--workers", type=int, default=2, help="processes of the web server (2)")
        parser.add_argument("--seed", type=int, default=1, help="decides what is drawn (1)")
        parser.add_argument("--json", type=Path, help="also write everything to this file")
        parser.add_argument("--markdown", action="store_true", help="tables in Markdown")
        parser.add_argument("--keep", action="store_true", help="keep the databases, and use kept ones again")
        parser.add_argument(
            "--profile", default="", metavar="OPERATION", help="only show where its time goes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self.began = time.monotonic()
        sizes = _sizes(options["leads"])
        operations = _chosen(options["profile"] or options["only"], options["clients"])
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers and databases go, as with Ctrl-C
        date = datetime.now(UTC).isoformat(timespec="seconds")
        measured: dict[int, Results] = {}
        for leads in sizes:
            with database_of(leads, keep=options["keep"], say=self._say) as database:
                measured[leads] = self._on(database, operations)
                if options["json"] and not options["profile"]:  # after each size: a run may be broken off
                    self._write(measured, database, date)
        if not options["profile"]:
            self.stdout.write(report.tables(measured, is_markdown=options["markdown"]))

    def _write(self, measured: dict[int, Results], database: Database, date: str) -> None:
        asked = ("repetitions", "seconds", "clients", "workers", "seed")
        with database.connect() as connection:
            found = surroundings(connection)
        head = {"date": date, "settings": {name: self.options[name] for name in asked}, **found}
        text = json.dumps(report.document(measured, head), indent=1, ensure_ascii=False)
        self.options["json"].write_text(text + "\n", encoding="utf-8")

    def _on(self, database: Database, operations: list[Operation]) -> Results:
        effort = Effort(self.options["repetitions"], self.options["seconds"])
        results: dict[str, Result] = {}
        with serving(database, workers=self.options["workers"]) as sites:
            world = World(database, sites, self.options["seed"])
            try:
                for operation in operations:
                    if self.options["profile"]:
                        self.stdout.write(profile(operation, world, repetitions=effort.repetitions))
                        continue
                    results[operation.name] = measure(operation, world, effort)
                    self._say(f"{operation.title:<36} {report.line(results[operation.name])}")
            finally:
                world.close()
        return results

    def _say(self, text: str) -> None:
        self.stderr.write(f"{time.monotonic() - self.began:6.0f} s  {text}")
        self.stderr.flush()


def _sizes(text: str) -> list[int]:
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise CommandError(f"--leads takes numbers separated by commas, as {SIZES}.") from None
    if sizes[0] < SMALLEST:
        raise CommandError(
            f"--leads must be {SMALLEST} or more: below, some filters find nothing to measure."
        )
    return sizes


def _chosen(text: str, clients: int) -> list[Operation]:
    names = {name.strip() for name in text.split(",")} - {""}
    unknown = names - {operation.name for operation in OPERATIONS}
    if unknown:
        raise CommandError(f"Unknown: {', '.join(sorted(unknown))}; --help lists the operations.")
    return [
        replace(operation, clients=clients) if operation.clients > 1 else operation
        for operation in OPERATIONS
        if not names or operation.name in names
    ]
