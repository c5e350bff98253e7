"""A lead as the API shows it, made straight from a row: fifty a page, without fifty model instances."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.clock import business_day
from crm.core.rows import driver_rows
from leads.exceptions import LeadNotFound
from leads.models import Lead
from leads.querysets import LeadQuerySet
from leads.selectors import history_of
from leads.services.fields import HIDDEN_FROM_VENDORS


def rows_of(leads: LeadQuerySet, actor: Actor) -> Any:
    """The columns that `document` needs; joins the agent's e-mail address, and the kept lead where the actor sees it."""
    kept: Any = F("merged_into_id")
    if not actor.is_manager:
        kept = Subquery(Lead.objects.visible_to(actor).filter(pk=OuterRef("merged_into")).values("pk"))
    return driver_rows(leads.annotate(agent_email=F("assigned_agent__email"), kept_id=kept))


def document(row: dict[str, Any], *, today: date, actor: Actor) -> dict[str, Any]:
    """One lead in the contract's names."""
    shown = {"lead_id": row["id"], **row}
    del shown["id"]
    shown["vendor_code"] = shown.pop("agency_id")
    shown["assigned_agent"] = shown.pop("agent_email")
    del shown["assigned_agent_id"]
    del shown["merged_into_id"]
    del shown["furthest_stage"]  # bookkeeping: the funnel's
    shown["merged_into"] = shown.pop("kept_id")
    deadline = row["filing_deadline"]
    shown["days_to_deadline"] = (deadline - today).days if deadline else None
    if actor.role == Role.VENDOR:
        shown.update(HIDDEN_FROM_VENDORS)
    return shown


def documents(rows: list[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """A page of leads."""
    today = business_day()
    return [document(row, today=today, actor=actor) for row in rows]


def read_lead(lead_id: UUID, actor: Actor, *, history: bool = False) -> dict[str, Any]:
    """One lead, with `update_history` where asked for; LeadNotFound where the actor may not know of it."""
    row = rows_of(Lead.objects.visible_to(actor).filter(pk=lead_id), actor).first()
    if row is None:
        raise LeadNotFound
    shown = document(row, today=business_day(), actor=actor)
    if history:
        shown["update_history"] = history_of(lead_id, actor)
    return shown
