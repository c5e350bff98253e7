"""What goes back of one lead, and what stays. No database: the rules of an undo.

A column goes back where nobody has touched it since. Columns that say one thing together go back together:
the outcome (disposition, its reason, and the stamps of the first contact, the conversion and the furthest stage), and the agent with
the time of the assignment. `last_contact` and the tie of a merge follow the outcome: they stay where the outcome
does, but a call noted since keeps only itself. Score and deadline follow from the facts: where any fact was touched
since, they are decided anew from the facts as they are after the undo.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from crm.core.exceptions import DomainError
from leads.choices import OPEN
from leads.services.bulk.places import Move
from leads.services.bulk.undo.traces import Change, Trace
from leads.services.fields import SCORED

OUTCOME = frozenset(
    {"disposition", "disposition_reason", "closed_date", "first_contact_at", "furthest_stage"}
)
ASSIGNMENT = frozenset({"assigned_agent_id", "assigned_at"})
CONTACT = frozenset({"email", "phone"})
SCORES = frozenset({"quality_score", "filing_deadline"})
FACTS = frozenset(SCORED)
FOLLOWING_OUTCOME = frozenset({"last_contact", "merged_into_id"})


class Standing(NamedTuple):
    """What guards ask of a lead."""

    disposition: str
    agent_id: int | None
    email: str
    phone: str
    created_at: datetime | str

    @property
    def place(self) -> int | None:
        """The agent of whose capacity the lead takes a place."""
        return self.agent_id if self.disposition in OPEN else None


@dataclass(slots=True)
class Plan:
    """One lead's way back: the values to write, and why others are left.

    `now` is None for a lead that does not exist. `refusals` holds what a guard said, per column;
    `failure` that nothing of the lead goes back at all.
    """

    trace: Trace
    now: Standing | None
    back: dict[str, Any] = field(default_factory=dict)
    left: dict[str, Change | None] = field(default_factory=dict)
    refusals: dict[str, DomainError] = field(default_factory=dict)
    failure: DomainError | None = None
    is_deleting: bool = False
    is_recreating: bool = False
    needs_scores: bool = False

    @property
    def lead_id(self) -> UUID:
        return self.trace.lead_id

    @property
    def does_anything(self) -> bool:
        return self.failure is None and bool(self.back or self.is_deleting or self.is_recreating)

    def after(self) -> Standing | None:
        """What the lead will be."""
        if self.failure is not None:
            return self.now
        if self.is_deleting:
            return None
        stood = standing_of(self.trace.deleted) if self.now is None and self.trace.deleted else self.now
        if stood is None:
            return None
        back = self.back
        return Standing(
            back.get("disposition", stood.disposition),
            back.get("assigned_agent_id", stood.agent_id),
            back.get("email", stood.email),
            back.get("phone", stood.phone),
            stood.created_at,
        )

    def agents(self) -> tuple[int | None, ...]:
        """Who has the lead, who will, and who got it by the operation."""
        after = self.after()
        return (
            self.now.agent_id if self.now else None,
            after.agent_id if after else None,
            self.trace.after.get("assigned_agent_id"),
        )

    def move(self) -> Move | None:
        """The place of an agent's capacity that the lead takes or gives back, if any."""
        now, after = self.now, self.after()
        gives_back, takes = now.place if now else None, after.place if after else None
        return Move(self.lead_id, gives_back, takes) if gives_back != takes else None

    def hold_back(self, columns: Iterable[str], refusal: DomainError) -> None:
        """Leave these columns as they are."""
        held = self.back.keys() & set(columns)
        if held & OUTCOME:
            held |= self.back.keys() & FOLLOWING_OUTCOME
        for column in held:
            del self.back[column]
            self.refusals[column] = refusal

    def hold_place(self, refusal: DomainError) -> None:
        """Leave the lead with the agent it has; where it would reopen with that agent, leave its outcome too.

        A lead that comes back after its deletion goes to the pool.
        """
        if self.is_recreating:
            self.back |= dict.fromkeys(ASSIGNMENT)
            self.refusals["assigned_agent_id"] = refusal
        else:
            self.hold_back(ASSIGNMENT if self.back.keys() & ASSIGNMENT else OUTCOME, refusal)


def standing_of(row: Mapping[str, Any]) -> Standing:
    """Of a row as the history keeps it."""
    return Standing(
        row["disposition"], row["assigned_agent_id"], row["email"], row["phone"], row["created_at"]
    )


def plan_of(trace: Trace, now: Standing | None) -> Plan:
    """What goes back if no guard says no."""
    plan = Plan(trace, now)
    touched = trace.touched()
    if trace.is_created:
        _plan_deletion(plan, touched)
    elif trace.deleted is not None:
        _plan_return(plan, touched)
    else:
        _plan_columns(plan, touched)
    return plan


def _plan_deletion(plan: Plan, touched: Mapping[str, Change]) -> None:
    if touched:
        plan.left["lead"] = max(touched.values(), key=lambda change: change.row)
    else:
        plan.is_deleting = plan.now is not None


def _plan_return(plan: Plan, touched: Mapping[str, Change]) -> None:
    if touched or plan.now is not None:
        plan.left["lead"] = max(touched.values(), key=lambda change: change.row, default=None)
        return
    plan.is_recreating = True
    plan.back = dict(plan.trace.before)


def _plan_columns(plan: Plan, touched: Mapping[str, Change]) -> None:
    trace = plan.trace
    ours = {column for column, old in trace.before.items() if old != trace.after[column]}
    left = _left(ours, touched)
    plan.back = {column: trace.before[column] for column in ours - left.keys()}
    plan.left = left
    if touched.keys() & (FACTS | SCORES):
        _leave_scores(plan, touched)


def _left(ours: set[str], touched: Mapping[str, Change]) -> dict[str, Change | None]:
    left: dict[str, Change | None] = {column: touched[column] for column in ours & touched.keys()}
    for group in (OUTCOME, ASSIGNMENT):
        held = ours & group & touched.keys()
        if held:
            newest = max((touched[column] for column in held), key=lambda change: change.row)
            with_it = ours & (group | FOLLOWING_OUTCOME if group is OUTCOME else group)
            left = {**dict.fromkeys(with_it, newest), **left}
    return left


def _leave_scores(plan: Plan, touched: Mapping[str, Change]) -> None:
    plan.needs_scores = bool(plan.back.keys() & FACTS)
    newest = max(
        (touched[column] for column in touched.keys() & (FACTS | SCORES)), key=lambda change: change.row
    )
    for column in plan.back.keys() & SCORES:
        del plan.back[column]
        if not plan.needs_scores:
            plan.left[column] = newest
    if plan.needs_scores:
        for column in plan.left.keys() & SCORES:
            del plan.left[column]
