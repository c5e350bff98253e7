"""Grading the agencies, once a day and anew while the day runs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from analytics.models import AgencyGrade
from analytics.selectors.agencies.assessing import assessed_agencies
from analytics.selectors.agencies.findings import Finding, findings_of
from analytics.selectors.agencies.grading import VERSION, Judgement, judge
from crm.core import generations
from crm.core.clock import business_day

GRADING_LOCK = 20_260_008  # one at a time; any other leaves at once
SCOPE = "grades"
"""The generation that new grades raise."""
WRITTEN = ("made_at", "grade", "score", "version", "document")


@transaction.atomic
def grade_agencies(*, now: datetime | None = None) -> int:
    """Judge every agency and keep that as the business day's; how many were made anew.

    A constant number of statements. Safe to repeat: what comes out as it stands is left alone. Does nothing while
    another one is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [GRADING_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    made = graded_agencies(now or timezone.now())
    stored = {row.agency_id: row.document for row in AgencyGrade.objects.filter(day=business_day(now))}
    news = [row for row in made if stored.get(row.agency_id) != row.document]
    if news:
        AgencyGrade.objects.bulk_create(
            news, update_conflicts=True, unique_fields=["agency", "day"], update_fields=WRITTEN
        )
        generations.step(SCOPE)
    return len(news)


def graded_agencies(now: datetime) -> list[AgencyGrade]:
    """Every agency's grade as of `now`, stored nowhere."""
    agencies = assessed_agencies(now)
    found = findings_of(agencies)
    return [_row(agency.code, judge(agency), found.get(agency.code, []), now) for agency in agencies]


def _row(code: str, judgement: Judgement, findings: Sequence[Finding], now: datetime) -> AgencyGrade:
    return AgencyGrade(
        agency_id=code,
        day=business_day(now),
        made_at=now,
        grade=judgement.grade or "",
        score=judgement.score,
        version=VERSION,
        document={"judgement": judgement.document(), "findings": [_finding(one) for one in findings]},
    )


def _finding(finding: Finding) -> dict[str, Any]:
    document = asdict(finding)
    del document["agency"]
    return document
