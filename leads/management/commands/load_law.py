"""Load the law of the states from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.exceptions import InvalidInput
from leads.services.law import LAW_FILE, load_law, read_law


class Command(BaseCommand):
    help = "Create and refresh the law table from a JSON file. Rows that somebody changed are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=LAW_FILE, help=f"Default: {LAW_FILE}")
        parser.add_argument(
            "--overwrite", action="store_true", help="Also overwrite rows that somebody changed."
        )

    def handle(self, *args: Any, file: Path, overwrite: bool, **options: Any) -> None:
        try:
            done = load_law(read_law(file), overwrite=overwrite)
        except (OSError, ValueError, TypeError, AttributeError, InvalidInput) as error:
            raise CommandError(f"{file} cannot be loaded, nothing was changed: {error}") from error
        self.stdout.write(f"{done.created} created, {done.updated} updated, {done.unchanged} unchanged.")
        if done.kept:
            self.stdout.write(f"{len(done.kept)} changed by somebody and kept (--overwrite replaces them):")
            self.stdout.writelines(f"  {name}\n" for name in done.kept)
