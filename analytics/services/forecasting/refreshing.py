"""Making the day's forecasts, once a day however many workers try."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from analytics.choices import Series
from analytics.models import Forecast
from analytics.selectors.cohorts import cohort_cells
from analytics.services.forecasting.cohorts import Cohorts, cohorts_of
from analytics.services.forecasting.making import VERSION, forecast_document
from crm.core import generations
from crm.core.clock import business_day

HISTORY = timedelta(days=730)
FORECASTING_LOCK = 20_260_005  # one at a time; any other leaves at once
SCOPE = "forecasts"
"""The generation that a new forecast raises."""


def forecasts_now(*, now: datetime | None = None, scope: str = "") -> dict[Series, dict[str, Any]]:
    """The documents of both series, from the whole business days before `now`; of one agency where `scope` names it.

    Nothing where there are no leads. Stores nothing; takes about a second.
    """
    cohorts = read_cohorts(now=now, scope=scope)
    return {series: forecast_document(cohorts, series) for series in Series} if cohorts else {}


def read_cohorts(*, now: datetime | None = None, scope: str = "") -> Cohorts | None:
    """Two years of leads until yesterday."""
    yesterday = business_day(now) - timedelta(days=1)
    return cohorts_of(cohort_cells(yesterday - HISTORY, yesterday, agency=scope), end=yesterday)


@transaction.atomic
def refresh_forecasts(*, now: datetime | None = None, scope: str = "", is_forced: bool = False) -> int:
    """Store the business day's forecasts where they are missing; how many were stored.

    One that fell back for want of history is made anew each time: an import may have brought some. So are all with
    `is_forced`. Does nothing while another one is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FORECASTING_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    today = business_day(now)
    stored = Forecast.objects.filter(made_for=today, scope=scope)
    settled = {row.series for row in stored if not row.document["reason"]} if not is_forced else set()
    if settled.issuperset(Series.values):
        return 0
    kept = {row.series: row.document for row in stored if not is_forced}
    news = {
        series: document
        for series, document in forecasts_now(now=now, scope=scope).items()
        if series not in settled and kept.get(series) != document
    }
    for series, document in news.items():
        _store(series, document, now=now, scope=scope)
    if news:
        generations.step(SCOPE)
    return len(news)


def _store(series: Series, document: dict[str, Any], *, now: datetime | None, scope: str) -> None:
    Forecast.objects.update_or_create(
        series=series,
        scope=scope,
        made_for=business_day(now),
        defaults={
            "made_at": now or timezone.now(),
            "method": document["method"],
            "version": VERSION,
            "document": document,
        },
    )
