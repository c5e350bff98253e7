"""What forbids that a lead goes back: somebody else is that person now, its agent is full, its agency is gone."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from agencies.models import Agency
from crm.core.models import User
from leads.choices import Disposition
from leads.exceptions import CapacityExceeded, DuplicateLead
from leads.models import IntakePolicy, Lead
from leads.services.bulk.locking import lock_agents, room_of
from leads.services.bulk.places import refused_moves
from leads.services.bulk.undo.exceptions import AgencyGone, FormerAgentGone, MergedLeadGone, Unreachable
from leads.services.bulk.undo.plan import CONTACT, OUTCOME, Plan

# Leads as they will be: of those that change contact or leave Duplicate together, the later one yields; all others
# are as stored.
_TWINS = """
WITH going AS (
  SELECT id, email, phone, created_at - span AS opens, created_at + span AS ends, created_at
    FROM jsonb_to_recordset(%(going)s::jsonb) AS g(id uuid, email text, phone text, created_at timestamptz),
         make_interval(days => %(days)s) AS span
), twins AS (
  SELECT g.id, 'phone' AS field FROM going g JOIN leads_lead o ON o.phone = g.phone AND o.phone <> ''
   WHERE o.disposition <> 'Duplicate' AND o.created_at > opens AND o.created_at < ends AND NOT o.id = ANY (%(changing)s)
  UNION ALL
  SELECT g.id, 'email' FROM going g JOIN leads_lead o ON o.email = g.email AND o.email <> ''
   WHERE o.disposition <> 'Duplicate' AND o.created_at > opens AND o.created_at < ends AND NOT o.id = ANY (%(changing)s)
  UNION ALL
  SELECT g.id, 'phone' FROM going g JOIN going o ON o.phone = g.phone AND o.phone <> ''
   WHERE o.id < g.id AND o.created_at > g.opens AND o.created_at < g.ends
  UNION ALL
  SELECT g.id, 'email' FROM going g JOIN going o ON o.email = g.email AND o.email <> ''
   WHERE o.id < g.id AND o.created_at > g.opens AND o.created_at < g.ends
)
SELECT id, array_agg(DISTINCT field) FROM twins GROUP BY id
"""


def hold_twins(plans: Iterable[Plan], known: Collection[UUID] = ()) -> None:
    """Leave contact, and what would lead out of Duplicate, where somebody else is that person now.

    `known` are leads that the database's own guard refused already. Two statements, where any lead is concerned.
    """
    changing = {plan.lead_id: plan for plan in plans if _is_comparable_anew(plan)}
    if not changing:
        return
    days = IntakePolicy.objects.get().duplicate_window_days
    for lead_id in changing.keys() & set(known):
        _refuse(changing.pop(lead_id), DuplicateLead(window_days=days, fields=()))
    going = [
        {"id": plan.lead_id, "email": after.email, "phone": after.phone, "created_at": after.created_at}
        for plan in changing.values()
        if (after := plan.after()) is not None and after.disposition != Disposition.DUPLICATE
    ]
    values: dict[str, Any] = {"going": orjson.dumps(going).decode(), "days": days, "changing": list(changing)}
    with connection.cursor() as cursor:
        cursor.execute(_TWINS, values)
        for lead_id, fields in cursor.fetchall():
            _refuse(changing[lead_id], DuplicateLead(window_days=days, fields=fields))


def _is_comparable_anew(plan: Plan) -> bool:
    """As the database's guard asks: only then a lead is compared."""
    now, after = plan.now, plan.after()
    if after is None:
        return False
    if now is None:
        return True
    was, is_now = now.disposition == Disposition.DUPLICATE, after.disposition == Disposition.DUPLICATE
    return was != is_now or (now.email, now.phone) != (after.email, after.phone)


def _refuse(plan: Plan, refusal: DuplicateLead) -> None:
    if plan.is_recreating:
        plan.failure = refusal
        return
    plan.hold_back(CONTACT, refusal)
    if plan.now is not None and plan.now.disposition == Disposition.DUPLICATE:
        plan.hold_back(OUTCOME, refusal)


def hold_unreachable(plans: Iterable[Plan]) -> None:
    """Leave the contact of leads that could be reached by nothing otherwise."""
    for plan in plans:
        after = plan.after()
        if after is not None and not (after.email or after.phone):
            plan.hold_back(CONTACT, Unreachable())


def hold_agencies(plans: Iterable[Plan]) -> None:
    """Leave leads where they are whose agency was deleted. One statement, where any goes to an agency."""
    going = [(plan, code) for plan in plans if (code := _agency_of(plan))]
    if not going:
        return
    there = Agency.objects.select_for_update(no_key=True).filter(pk__in={code for _, code in going})
    codes = set(there.order_by("pk").values_list("pk", flat=True))
    for plan, code in going:
        if code not in codes and plan.is_recreating:
            plan.failure = AgencyGone(code)
        elif code not in codes:
            plan.hold_back({"vendor_code"}, AgencyGone(code))


def _agency_of(plan: Plan) -> str | None:
    """The agency that the lead goes to, if it does."""
    row = (plan.trace.deleted or {}) if plan.is_recreating else {}
    code: str | None = {**row, **plan.back}.get("vendor_code")
    return code


def hold_merged(plans: Iterable[Plan], kept: Collection[UUID]) -> None:
    """Leave leads unmerged whose other one is gone; `kept` are those there, locked with the leads."""
    for plan in plans:
        merged_into = plan.back.get("merged_into_id")
        if merged_into and UUID(merged_into) not in kept:
            plan.hold_back(OUTCOME | {"merged_into_id"}, MergedLeadGone())


def lock_concerned(plans: Iterable[Plan]) -> dict[int, User]:
    """Everybody who loses or gets a lead, locked. One statement, where anybody does."""
    ids = {agent for plan in plans for agent in plan.agents() if agent is not None}
    return lock_agents(ids) if ids else {}


def hold_places(plans: Iterable[Plan], agents: Mapping[int, User]) -> None:
    """Leave leads with whom they are where the former agent is full or gone."""
    by_id = {plan.lead_id: plan for plan in plans}
    for plan in by_id.values():
        after = plan.after()
        if after is not None and after.agent_id is not None and after.agent_id not in agents:
            plan.hold_place(FormerAgentGone("The former agent"))
    room = room_of(agents.values())
    while True:
        moves = {move.lead_id: move for plan in by_id.values() if (move := plan.move())}
        gone = {
            pk for pk, move in moves.items() if move.takes is not None and not agents[move.takes].takes_leads
        }
        full = refused_moves([move for pk, move in moves.items() if pk not in gone], room)
        if not (gone or full):
            return
        for lead_id in gone | full:
            agent = agents[moves[lead_id].takes or 0]
            refusal = FormerAgentGone(agent.email) if lead_id in gone else CapacityExceeded(agent.email)
            by_id[lead_id].hold_place(refusal)


def hold_children(plans: Iterable[Plan]) -> None:
    """Leave leads that rows of other tables hang on, as a comment does. One statement, where leads go.

    Relations without a constraint (the search document) are kept by triggers.
    """
    going = {plan.lead_id: plan for plan in plans if plan.is_deleting}
    if not going:
        return
    parts: list[str] = []
    values: list[Any] = []
    for relation in Lead._meta.related_objects:
        link: Any = relation.field
        if not link.db_constraint:
            continue
        table, column = link.model._meta.db_table, link.column
        parts.append(f'SELECT "{column}", %s FROM "{table}" WHERE "{column}" = ANY (%s)')  # noqa: S608 - names of ours
        values += [relation.get_accessor_name() or table, list(going)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), values)
        for lead_id, name in cursor.fetchall():
            going[lead_id].is_deleting = False
            going[lead_id].left[name] = None
