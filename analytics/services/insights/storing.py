"""Keeping what the rules found: once a day and subject, renewed by every run."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from analytics.models import Insight
from analytics.services.insights.finding import VERSION, Finding
from analytics.services.insights.registry import find_insights
from crm.core import generations
from crm.core.clock import business_day

LOCK = 20_260_009  # one at a time; any other leaves at once
SCOPE = "insights"
"""The generation that a run raises."""
KEPT = timedelta(days=90)
RENEWED = ("scope", "severity", "size", "version", "is_current", "made_at", "document")


@transaction.atomic
def refresh_insights(now: datetime | None = None) -> int:
    """Look anew and keep what was found as the current set; how many there are, 0 while another one is at it.

    Safe to repeat. A finding that is there again within the business day keeps its id; one that is not is kept, but no
    longer current. Those of more than 90 days ago are let go.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    now = now or timezone.now()
    found = [_row(finding, now) for finding in find_insights(now)]
    Insight.objects.filter(is_current=True).update(is_current=False)
    Insight.objects.filter(valid_for__lt=business_day(now) - KEPT).delete()
    Insight.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["valid_for", "code", "subject"],
        update_fields=RENEWED,
    )
    generations.step(SCOPE)
    return len(found)


def _row(finding: Finding, now: datetime) -> Insight:
    return Insight(
        code=finding.code,
        subject=finding.subject,
        scope=finding.scope,
        valid_for=business_day(now),
        severity=finding.severity,
        size=finding.size,
        version=VERSION,
        found_at=now,
        made_at=now,
        document=finding.document(),
    )
