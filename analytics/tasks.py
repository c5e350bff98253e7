"""Background jobs of the numbers. Each is safe to repeat."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from analytics.services.counting import fold_counts
from analytics.services.forecasting.refreshing import refresh_forecasts
from analytics.services.grading import grade_agencies
from analytics.services.insights.storing import refresh_insights
from analytics.services.reporting.delivering import HELD, deliver
from analytics.services.reporting.scheduling import claim_due, deliveries_to_send

EVERY = timedelta(minutes=1)


@shared_task
def fold_lead_counts() -> int:
    """Add what statements appended to the counters; beat repeats it. Without it reads stay exact and get slower."""
    return fold_counts()


@shared_task
def send_due_reports() -> int:
    """Turn schedules that are due into deliveries, and have all that wait tried; beat repeats it every minute.

    Returns how many were handed to workers. A message that gets lost is sent again with the next minute.
    """
    now = timezone.now()
    claim_due(now)
    waiting = deliveries_to_send(now)
    for delivery_id in waiting:
        deliver_report.apply_async((delivery_id,), expires=EVERY.total_seconds())  # else they pile up
    return len(waiting)


@shared_task(time_limit=int((HELD - EVERY).total_seconds()))  # over before another worker may try
def deliver_report(delivery_id: int) -> bool:
    """Mail one report, unless another worker is at it."""
    return deliver(delivery_id)


@shared_task
def refresh_daily_forecasts() -> int:
    """Forecast the business day where that is not done; how many were made. Beat repeats it: soon after midnight."""
    return refresh_forecasts()


@worker_ready.connect(dispatch_uid="analytics.forecast_on_start")
def forecast_on_start(**kwargs: Any) -> None:
    """A worker that starts has the day's forecast made, where there is none."""
    refresh_daily_forecasts.apply_async(retry=False, expires=600)


@shared_task
def grade_all_agencies() -> int:
    """Keep the agencies' grades and insights of the day up to date; how many changed. Beat repeats it."""
    return grade_agencies()


@worker_ready.connect(dispatch_uid="analytics.grade_on_start")
def grade_on_start(**kwargs: Any) -> None:
    """A worker that starts has the agencies graded: nobody waits ten minutes for the first grades."""
    grade_all_agencies.apply_async(retry=False, expires=600)


@shared_task
def refresh_current_insights() -> int:
    """Have the rules look anew; how many insights there are now. Beat repeats it every hour."""
    return refresh_insights()


@worker_ready.connect(dispatch_uid="analytics.insights_on_start")
def insights_on_start(**kwargs: Any) -> None:
    """A worker that starts has the rules look: nobody waits an hour for the first insights."""
    refresh_current_insights.apply_async(retry=False, expires=600)
