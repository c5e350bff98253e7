"""What a merge would do, before it is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from crm.core.actors import Actor
from leads.choices import MERGEABLE, Disposition
from leads.models import Lead
from leads.services.merging.checking import leads_to_merge
from leads.services.merging.children import child_relations
from leads.services.merging.picking import NO_VENDOR_SEES, Pick, Rule, pick_values
from leads.services.normalising.fields import LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class MergePreview:
    """The lead to keep first, then the others, oldest first; the fields; the rows that would move; what to mind."""

    leads: Sequence[Lead]
    picks: Sequence[Pick]
    children: Mapping[str, int]
    warnings: Sequence[str]

    @property
    def kept(self) -> Lead:
        return self.leads[0]


def preview_merge(
    kept_id: UUID, lead_ids: Sequence[UUID], *, actor: Actor, fields: Mapping[str, UUID] | None = None
) -> MergePreview:
    """As `merge_leads` with the same arguments, without writing. Two statements. Raises the same."""
    leads = leads_to_merge(kept_id, lead_ids, actor=actor)
    picks = pick_values(leads, fields or {})
    return MergePreview(leads, picks, _count_children(leads[1:]), list(_warnings(leads, picks)))


def best_to_keep(leads: Sequence[Lead]) -> Lead:
    """What to propose: a lead that cannot be merged away, else one that is worked, else the oldest."""
    return min(
        leads,
        key=lambda lead: (
            lead.disposition in MERGEABLE,
            lead.disposition == Disposition.DUPLICATE,
            not lead.is_open,
            lead.assigned_agent_id is None,
            lead.created_at,
            lead.pk,
        ),
    )


def _count_children(others: Sequence[Lead]) -> dict[str, int]:
    counts, lead_ids = [], [lead.pk for lead in others]
    quoted = connection.ops.quote_name
    relations = child_relations()
    for relation in relations:
        table, column = quoted(relation.related_model._meta.db_table), quoted(relation.field.column)
        counts.append(f"(SELECT count(*) FROM {table} WHERE {column} = ANY (%s::uuid[]))")  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", [lead_ids] * len(counts))
        found = cursor.fetchone()
    return {relation.name: number for relation, number in zip(relations, found, strict=True)}


def _warnings(leads: Sequence[Lead], picks: Sequence[Pick]) -> Iterator[str]:
    kept, *others = leads
    disputed = {name for pick in picks for name in pick.fields if pick.is_disputed(name)}
    for name in ("date_of_birth", "accident_date", "last_name"):
        if name in disputed:
            yield f"They differ in {name.replace('_', ' ')}: make sure that this is one person and one crash."
    yield from _told_to_vendor(kept, others, picks)
    yield from _work_lost(kept, others)
    revenue = sum(
        (lead.lead_value for lead in others if lead.disposition != Disposition.DUPLICATE), Decimal(0)
    )
    if revenue:
        yield (
            f"${revenue:,.2f} of lead value no longer counts as revenue: duplicates have none, "
            f"and the kept lead's stays ${kept.lead_value:,.2f}."
        )
    yield from _contradictions({name: value for pick in picks for name, value in pick.result.items()})
    for pick in picks:
        if (
            pick.fields == ("notes",)
            and pick.rule == Rule.JOINED
            and len(pick.result["notes"]) == LONGEST_TEXT
        ):
            yield f"The joined notes end at {LONGEST_TEXT:,} characters; the rest stays with the merged leads."


def _told_to_vendor(kept: Lead, others: Sequence[Lead], picks: Sequence[Pick]) -> Iterator[str]:
    """Of other agencies' leads: what is left out by rule, and what a choice discloses."""
    foreign = {lead.pk: lead.agency_id for lead in others if lead.agency_id != kept.agency_id}
    if not foreign:
        return
    agencies = ", ".join(sorted(set(foreign.values())))
    yield (
        f"Leads of {agencies} are among them: only notes and tags are taken from those. "
        f"What else you choose of them, {kept.agency_id} will see."
    )
    for lead_id, agency in foreign.items():
        told = [
            name.replace("_", " ")
            for pick in picks
            if pick.chosen == lead_id
            for name, value in pick.result.items()
            if name not in NO_VENDOR_SEES and value != getattr(kept, name)
        ]
        if told:
            yield f"You chose to show {kept.agency_id} what {agency} sent: {', '.join(told)}."


def _work_lost(kept: Lead, others: Sequence[Lead]) -> Iterator[str]:
    for lead in others:
        if lead.is_open and not kept.is_open:
            yield f"{lead} is worked ({lead.disposition}), the lead to keep is not ({kept.disposition})."
        if lead.is_open and lead.assigned_agent_id and lead.assigned_agent_id != kept.assigned_agent_id:
            to = kept.assigned_agent or "nobody yet: assign it"
            yield f"{lead.assigned_agent} works {lead}; the lead to keep belongs to {to}."


def _contradictions(result: Mapping[str, Any]) -> Iterator[str]:
    accident, born, treated = (result[name] for name in ("accident_date", "date_of_birth", "treatment_date"))
    if accident and treated and treated < accident:
        yield f"The first treatment ({treated}) would be before the crash ({accident}); choose one of them."
    if accident and born and accident < born:
        yield f"The crash ({accident}) would be before the birth ({born}); choose one of them."
