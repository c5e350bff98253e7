"""Grade the agencies now, and print each with what stands out about it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from analytics.models import AgencyGrade
from analytics.services.grading import grade_agencies, graded_agencies

SIGNS = {"strength": "+", "opportunity": "-"}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--store", action="store_true", help="keep them as today's, as a worker does")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for row in sorted(graded_agencies(now), key=lambda row: -(row.score or 0)):
            self._print(row)
        if options["store"]:
            self.stdout.write(f"Stored: {grade_agencies(now=now)} made anew.")

    def _print(self, row: AgencyGrade) -> None:
        judgement = row.document["judgement"]
        if not row.grade:
            self.stdout.write(f"{row.agency_id}: no grade. {judgement['reason']}")
        else:
            parts = ", ".join(f"{part['name']} {part['score']:.0f}" for part in judgement["parts"])
            self.stdout.write(
                f"{row.agency_id}: {row.grade} ({row.score}; {judgement['gradeRange']}, certainty "
                f"{judgement['certainty']}): {parts}"
            )
        for finding in row.document["findings"]:
            self.stdout.write(f"  {SIGNS[finding['kind']]} {finding['text']}")
            if finding["advice"]:
                self.stdout.write(f"      {finding['advice']['text']}")
