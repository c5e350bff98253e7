"""Changing and deleting a lead."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

from django.db import IntegrityError, transaction

from agencies.models import Agency
from crm.core import changes as change_log
from crm.core import events
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.clock import business_day
from leads.choices import OPEN, TRANSITIONS, WAYS_OUT, Disposition
from leads.events import LeadDeleted, LeadUpdated
from leads.exceptions import AgentLeft, InvalidInput, InvalidTransition, LeadMoved, NotAllowed
from leads.models import Decision, Lead
from leads.services.assignment import capacity_refusal, locked_lead
from leads.services.bulk.locking import lock_agents
from leads.services.fields import DECIDED, EDITABLE, EDITABLE_BY_MANAGER, SCORED
from leads.services.intake import IntakeContext, duplicate_refusal, rescore
from leads.services.normalise import normalise

NEVER_EMPTY = {"lead_value"}
EXTENSION_OF = " extension"  # as normalise() names what it found behind a phone number
HAS_EXTENSION = "Send the number without its extension, and the extension in the notes."
UNKNOWN_FIELD = "Unknown field; see /api/docs for the known ones."
SET_BY_US = "Set by the program; leave it out."
NOT_EDITED = {
    "assigned_agent": "Given by assign, reassign, unassign or bulk-assign; leave it out.",
    **dict.fromkeys(
        ("lead_id", "quality_score", "filing_deadline", "days_to_deadline", "assigned_at", "first_contact_at",
         "closed_date", "created_at", "created_by", "updated_at", "update_history", "merged_into"),
        SET_BY_US,
    ),
}  # fmt: skip
"""What a lead shows and nobody edits."""
ONE_BY_ONE = (
    "Tells one person from another, so it is not changed in bulk: PATCH /api/leads/{id} changes one lead's."
)


class Standing(Protocol):
    """Where a lead stands, as the rules of moves look at it: a lead, or a row of it."""

    disposition: Any
    disposition_reason: Any
    assigned_agent_id: Any


def update_lead(
    lead_id: UUID, *, changes: Mapping[str, Any], actor: Actor, etag: str | None = None, reason: str = ""
) -> Lead:
    """Change fields of one lead, by the contract's names; values as a vendor would write them.

    With `etag`, only if the lead is still at that version. A move must be allowed by TRANSITIONS, a way out
    needs a `disposition_reason`; a change of facts has deadline and score decided anew.
    Raises LeadNotFound, LeadMoved, InvalidInput, InvalidTransition, AgentLeft, CapacityExceeded (a reopened lead),
    DuplicateLead (a phone or e-mail another lead has).
    """
    values = editable_values(changes, actor=actor)
    lead = Lead()
    try:
        with transaction.atomic():
            lead = locked_lead(lead_id, actor)
            if etag is not None and etag != lead.etag():
                raise LeadMoved
            changed = changed_values(lead, values)
            if not changed:
                return lead
            check_move(lead, values)
            if is_reopened(lead, values):
                _check_agent(lead)
            _write(lead, changed, actor=actor, reason=reason)
    except IntegrityError as error:
        raise (capacity_refusal(error) or duplicate_refusal(error, lead, actor) or error) from None
    lead.refresh_from_db()
    return lead


@transaction.atomic
def delete_lead(lead_id: UUID, *, actor: Actor, reason: str = "") -> None:
    """Delete a lead; its history keeps every field it had. Admins only."""
    if actor.role != Role.ADMIN:
        raise NotAllowed("Only admins delete leads; give it a disposition instead.")
    lead = locked_lead(lead_id, actor)
    change_log.sign(actor, action="deleted", reason=reason)
    events.publish(LeadDeleted(lead_id=str(lead.pk), actor=actor.label))
    lead.delete()


def editable_values(
    raw: Mapping[str, Any], *, actor: Actor, one_by_one: Collection[str] = ()
) -> dict[str, Any]:
    """Clean model values of the fields to change; InvalidInput names what is wrong, unknown or not the caller's.

    Only the contract's names: among the spellings that intake takes, "lead id" is the vendor's own.
    The fields `one_by_one` are refused, with the advice to change them lead by lead.
    """
    if actor.role == Role.VENDOR:
        raise NotAllowed("A lead is read-only for its vendor once it was sent.")
    known = {name: value for name, value in raw.items() if name in EDITABLE_BY_MANAGER}
    clean = normalise(known, today=business_day())
    problems = {name: [NOT_EDITED.get(name, UNKNOWN_FIELD)] for name in raw.keys() - known.keys()}
    problems |= {name: list(sentences) for name, sentences in clean.problems.items()}
    for name in clean.unplaced:
        field, is_extension = name.removesuffix(EXTENSION_OF), name.endswith(EXTENSION_OF)
        problems[field] = [HAS_EXTENSION if is_extension and field in raw else UNKNOWN_FIELD]
    for name in clean.blank & NEVER_EMPTY:
        problems[name] = ["Cannot be empty; send 0 for nothing."]
    for name in (clean.values.keys() | clean.blank) - EDITABLE[actor.role]:
        problems.setdefault(name, ["Not changed by your role."])
    for name in (clean.values.keys() | clean.blank | clean.problems.keys()) & set(one_by_one):
        problems[name] = [ONE_BY_ONE]
    values = {**dict.fromkeys(clean.blank), **clean.values}
    values = {
        name: _empty(name) if value is None and name != "vendor_code" else value
        for name, value in values.items()
    }
    if "vendor_code" in values:
        values["agency_id"] = values.pop("vendor_code")
        if not Agency.objects.filter(pk=values["agency_id"]).exists():
            problems["vendor_code"] = ["There is no such agency."]
    if problems:
        name, sentences = next(iter(problems.items()))
        raise InvalidInput(f"{name}: {sentences[0]}", **problems)
    return values


def _empty(name: str) -> Any:
    """What a field holds once it is cleared."""
    field: Any = Lead._meta.get_field(name)
    return None if field.null else field.get_default()


def changed_values(lead: Standing, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of `values` the lead does not hold yet. A move without a reason clears the reason of the one before."""
    if values.get("disposition", lead.disposition) != lead.disposition:
        values = {"disposition_reason": "", **values}
    return {name: value for name, value in values.items() if getattr(lead, name) != value}


def check_move(lead: Lead, values: Mapping[str, Any]) -> None:
    """Whether the disposition may change as `values` want; also the two facts every lead needs."""
    check_disposition(lead, values)
    if not values.get("phone", lead.phone) and not values.get("email", lead.email):
        raise InvalidInput("phone: missing.", phone=["A lead keeps a phone number or an e-mail address."])


def check_disposition(lead: Standing, values: Mapping[str, Any]) -> None:
    """Whether the lead may move as `values` want, and says why where it must."""
    old, new = Disposition(lead.disposition), Disposition(values.get("disposition", lead.disposition))
    if new != old and new not in TRANSITIONS[old]:
        raise InvalidTransition(old, new, TRANSITIONS[old])
    if new != old or "disposition_reason" in values:
        check_reason(new, values.get("disposition_reason", ""))


def is_reopened(lead: Standing, values: Mapping[str, Any]) -> bool:
    """Whether a lead that is worked no more would take its agent's place again."""
    return bool(lead.assigned_agent_id and lead.disposition not in OPEN and values.get("disposition") in OPEN)


def check_reason(disposition: Disposition, reason: str) -> None:
    """A way out says why."""
    if disposition in WAYS_OUT and not reason:
        message = f"Say why: {disposition.value} needs a disposition_reason."
        raise InvalidInput(f"disposition_reason: {message}", disposition_reason=[message])


def _check_agent(lead: Lead) -> None:
    """The agent is still there to work the lead; locked, so that nobody deactivates them meanwhile."""
    for agent in lock_agents([lead.assigned_agent_id] if lead.assigned_agent_id else []).values():
        if not agent.takes_leads:
            raise AgentLeft(agent.email)


def _write(lead: Lead, changed: Mapping[str, Any], *, actor: Actor, reason: str) -> None:
    moved = "disposition" in changed
    change_log.sign(
        actor,
        action="disposition_changed" if moved else "updated",
        reason=reason or str(changed.get("disposition_reason", "")),
    )
    for name, value in changed.items():
        setattr(lead, name, value)
    fields = set(changed)
    if SCORED & set(changed):
        document = rescore(lead, IntakeContext.load([lead.accident_state or lead.state]))
        Decision.objects.create(lead_id=lead.pk, actor=actor.label, document=document)
        fields |= {*DECIDED}
    lead.save(update_fields=sorted(fields))
    events.publish(LeadUpdated(lead_id=str(lead.pk), fields=tuple(sorted(fields)), actor=actor.label))
