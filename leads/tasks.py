"""Background jobs of leads. Each takes an id and is safe to repeat."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, transaction
from django.utils import timezone

from crm.core.generations import step
from leads.choices import ImportStatus
from leads.models import LeadImport
from leads.selectors.agents import AGENT_FIGURES, renew_team_figures
from leads.services.imports.running import run_import
from leads.services.terms import tidy_terms

UNATTENDED = timedelta(minutes=1)
LONGEST_IMPORT = timedelta(hours=1)
TO_LEAVE = timedelta(minutes=5)
"""How long an import that ran out of time may take to say so, before its process is killed."""


@shared_task(
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    retry_backoff_max=600,
    max_retries=20,
    soft_time_limit=int(LONGEST_IMPORT.total_seconds()),
    time_limit=int((LONGEST_IMPORT + TO_LEAVE).total_seconds()),
)
def run_lead_import(import_id: str) -> bool:
    """Do an import, or what is left of it; leaves at once where another worker is at it."""
    return run_import(UUID(import_id), out_of_time=(SoftTimeLimitExceeded,))


@shared_task
def resume_lead_imports() -> int:
    """Start imports that nobody may be at: their worker was killed, or the broker lost the message.

    Beat repeats it. Starting one that is being done is harmless. Returns how many were started.
    """
    waiting = LeadImport.objects.filter(
        status__in=(ImportStatus.QUEUED, ImportStatus.PROCESSING), created_at__lt=timezone.now() - UNATTENDED
    )
    ids = [str(pk) for pk in waiting.order_by("created_at").values_list("pk", flat=True)[:100]]
    for import_id in ids:
        run_lead_import.apply_async((import_id,), expires=UNATTENDED.total_seconds())  # else they pile up
    return len(ids)


@shared_task
def renew_agent_figures() -> bool:
    """Keep the agents' figures fresh where taking them would keep a request waiting; beat repeats it.

    What was answered with the older ones is not answered any more.
    """
    is_renewed = renew_team_figures()
    if is_renewed:
        with transaction.atomic():
            step(AGENT_FIGURES)
    return is_renewed


@shared_task
def tidy_lead_terms() -> int:
    """Drop the terms that no lead has any more; beat repeats it daily."""
    return tidy_terms()
