"""`manage.py import_leads FILE --agency CODE`: bring in a file of leads, and say what became of it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from crm.core.actors import Actor
from crm.core.choices import Source
from crm.core.exceptions import DomainError
from leads.choices import ImportStatus
from leads.models import LeadImport
from leads.services.imports.running import run_import
from leads.services.imports.starting import start_import

ACTOR = "import_leads"


class Command(BaseCommand):
    help = "Import leads from a CSV or XLSX file. Leads that are here already are refused, so a second run adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--agency", required=True, metavar="CODE", help="the agency the leads come from")
        parser.add_argument(
            "--map",
            type=Path,
            metavar="FILE",
            help='JSON: {"Header": "field"}, or null for a column to leave out',
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="store nothing, only say what would be done"
        )
        parser.add_argument(
            "--create-owners",
            action="store_true",
            help="make a deactivated agent account for each owner nobody matches",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        mapping = self._read_map(options["map"])
        try:
            with options["file"].open("rb") as file:
                one = start_import(
                    file,
                    filename=options["file"].name,
                    agency_code=options["agency"],
                    actor=Actor.system(ACTOR, source=Source.COMMAND),
                    mapping=mapping,
                    is_dry_run=options["dry_run"],
                    creates_owners=options["create_owners"],
                )
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except DomainError as error:
            raise CommandError(error.message) from None
        self._run(one, quiet=options["verbosity"] == 0)
        one.refresh_from_db()
        if one.status == ImportStatus.FAILED:
            raise CommandError(one.error)
        if options["verbosity"] > 0:
            self.stdout.write(report_text(one))

    def _run(self, one: LeadImport, *, quiet: bool) -> None:
        with tqdm(unit=" rows", disable=quiet, desc="importing") as bar:

            def show(current: LeadImport) -> None:
                bar.total = current.rows_total
                bar.n = current.rows_done
                bar.refresh()

            run_import(one.pk, on_progress=show)

    def _read_map(self, path: Path | None) -> dict[str, Any]:
        if path is None:
            return {}
        try:
            mapping = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except ValueError as error:
            raise CommandError(f"{path} is not JSON: {error}.") from None
        if not isinstance(mapping, dict):
            raise CommandError(f'{path} must hold an object like {{"Header": "field"}}.')
        return mapping


def report_text(one: LeadImport) -> str:
    """The report of an import that has ended, for a terminal."""
    report = one.report
    seconds = report["seconds"] or 0.01
    verb = "would be created" if one.is_dry_run else "created"
    speed = f"{one.rows_done:,} rows in {seconds:.1f} s ({one.rows_done / seconds:,.0f} rows/s)"
    refused = f"{one.refused_count:,} rows refused ({one.duplicate_count:,} of them known already)"
    lines = [
        f"{one.filename} for {one.agency_id}: {speed}",
        f"  {one.created_count:,} leads {verb}, {refused}",
        "Columns",
        *_table([(header, "→", place or "kept in the notes") for header, place in _shown(one).items()]),
    ]
    if report["statuses"]:
        lines.append("Statuses")
        lines += _table(
            [
                (
                    name,
                    "→",
                    entry["disposition"] + ("" if entry["isKnown"] else " (not known here)"),
                    f"{entry['rows']:,}",
                )
                for name, entry in sorted(report["statuses"].items())
            ]
        )
    if report["owners"]:
        lines.append("Owners")
        lines += _table([_owner_line(name, tally) for name, tally in sorted(report["owners"].items())])
    if report["refusals"]:
        lines.append("Refused")
        lines += _table([(f"{count:,}", reason) for reason, count in report["refusals"].items()])
    if one.refused_file:
        lines.append(f"Refused rows, with reasons: {_place_of(one)}")
    return "\n".join(lines)


def _shown(one: LeadImport) -> dict[str, str | None]:
    unplaced = set(one.report["unplacedColumns"])
    return {
        header: one.mapping[header] or (None if header in unplaced else "(left out)")
        for header in one.report["columns"]
    }


def _owner_line(name: str, tally: dict[str, Any]) -> tuple[str, ...]:
    pool = (
        f"{tally['leftInPool']:,} left in the pool: {tally['note']}" if tally["leftInPool"] else tally["note"]
    )
    return (name, "→", tally["agent"] or "nobody", f"{tally['assigned']:,} assigned", pool)


def _place_of(one: LeadImport) -> str:
    try:
        return str(one.refused_file.path)
    except NotImplementedError:  # storage that is no disk
        return str(one.refused_file.name)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))] if rows else []
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
