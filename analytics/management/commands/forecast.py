"""Forecast leads and revenue, and show how the method was chosen."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agencies.models import Agency
from analytics.choices import HORIZONS
from analytics.services.forecasting.refreshing import forecasts_now, refresh_forecasts


class Command(BaseCommand):
    help = "Forecast leads and revenue of the next 7, 30 and 90 days from the leads until yesterday."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--backtest", action="store_true", help="Show every candidate's errors, and what intervals held."
        )
        parser.add_argument("--agency", default="", metavar="CODE", help="Of one agency's leads only.")
        parser.add_argument(
            "--store", action="store_true", help="Store them as today's, in the place of those there are."
        )

    def handle(self, *args: Any, backtest: bool, agency: str, store: bool, **options: Any) -> None:
        if agency and not Agency.objects.filter(pk=agency).exists():
            raise CommandError(f"There is no agency {agency}; codes are in capital letters.")
        documents = forecasts_now(scope=agency)
        if not documents:
            raise CommandError("There are no leads before today to forecast from.")
        for document in documents.values():
            self._show(document)
            if backtest and document["backtest"]:
                self._show_backtest(document["backtest"])
        if store:
            stored = refresh_forecasts(scope=agency, is_forced=True)
            self.stdout.write(f"{stored} stored." if stored else "Not stored: a worker is at it right now.")

    def _show(self, document: dict[str, Any]) -> None:
        history, recent = document["history"], document["recent"]
        self.stdout.write(
            self.style.MIGRATE_HEADING(f"{document['series'].capitalize()} by {document['method']}")
        )
        self.stdout.write(document["basis"])
        if document["reason"]:
            self.stdout.write(self.style.WARNING(document["reason"]))
        self.stdout.write(f"From {history['leads']:,} leads of {history['days']} days until {history['to']}.")
        is_tested = bool(document["backtest"])
        for days, found in document["horizons"].items():
            ends = f"{found['lower']:,.0f} and {found['upper']:,.0f}"
            interval = (
                f"{document['level']} % between {ends}" if is_tested else f"between {ends}, certainty unknown"
            )
            self.stdout.write(f"  next {days:>2} days {found['point']:>14,.0f}   {interval}")
        told = f"  last {recent['days']:>2} days {recent['matured']:>14,.0f}"
        if recent["known"] != recent["matured"]:
            told += f"   once matured; {recent['known']:,.0f} so far"
        self.stdout.write(told + "\n")

    def _show_backtest(self, tested: dict[str, Any]) -> None:
        self.stdout.write(
            f"Backtest: {tested['trials']} weekly origins from {tested['from']} to {tested['to']};"
            f" outcomes known after {tested['knownAfterDays']} days."
        )
        heads = "".join(f"{f'WAPE {days} d':>12}{'MASE':>7}" for days in HORIZONS)
        self.stdout.write(f"  {'candidate':<16}{heads}")
        for candidate in tested["candidates"]:
            errors = candidate["horizons"].values()
            cells = "".join(
                f"{_figure(one['wape'], ' %'):>12}{_figure(one['mase'], '', 2):>7}" for one in errors
            )
            self.stdout.write(f"  {candidate['method']:<16}{cells}{'  *' if candidate['chosen'] else ''}")
        held = [tested["coverage"][str(days)] for days in HORIZONS]
        for title, row in (("interval held", held), ("known in time", [one["inTime"] for one in held])):
            cells = "".join(
                f"{_figure(one['percent'], ' %'):>12}{'of ' + str(one['tested']):>7}" for one in row
            )
            self.stdout.write(f"  {title:<16}{cells}")
        day = tested["coverage"]["day"]
        self.stdout.write(f"  of single days {_figure(day['percent'], ' %')} of {day['tested']:,}\n")


def _figure(number: float | None, unit: str, digits: int = 1) -> str:
    return "-" if number is None else f"{number:.{digits}f}{unit}"
