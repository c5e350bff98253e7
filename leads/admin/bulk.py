"""Doing one thing to many leads: a form that asks what is needed, then one bulk operation."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget

from crm.core.actors import Actor
from crm.core.admin.base import show_refusal
from crm.core.exceptions import DomainError
from leads.admin.acting import (
    KEPT,
    NEEDS_REASON,
    AgentChoice,
    agent_label,
    assignable_agents,
    priority_field,
    reason_field,
    require_reason,
)
from leads.admin.selecting import Summary
from leads.choices import TRANSITIONS, WAYS_OUT, AssignmentStrategy, Disposition
from leads.models import BulkOperation
from leads.services.bulk.assigning import bulk_assign
from leads.services.bulk.by_hand import Wish
from leads.services.bulk.operations import Selection
from leads.services.bulk.unassigning import bulk_unassign
from leads.services.bulk.updating import bulk_update

STRATEGIES = {
    AssignmentStrategy.MANUAL: "All to one agent",
    AssignmentStrategy.ROUND_ROBIN: "Share out: by turns",
    AssignmentStrategy.CAPACITY_BASED: "Share out: who has most room gets next",
    AssignmentStrategy.PERFORMANCE: "Share out: best leads to the best performing",
}


class BulkForm(forms.Form):
    """What has to be known before acting on the leads summed up."""

    title: ClassVar[str]
    button: ClassVar[str]
    done: ClassVar[str]
    service_names: ClassVar[dict[str, str]] = {}

    def __init__(self, data: Any = None, *, summary: Summary) -> None:
        super().__init__(data)
        self.summary = summary

    def act(self, selection: Selection, actor: Actor) -> BulkOperation:
        """The one service call."""
        raise NotImplementedError

    def apply(self, selection: Selection, actor: Actor) -> BulkOperation | None:
        """Act on all; None, with the reasons in the form, where the service takes none of them on."""
        try:
            return self.act(selection, actor)
        except DomainError as refusal:
            show_refusal(self, refusal, self.service_names)
            return None


class AgentsChoice(forms.ModelMultipleChoiceField):
    """Several agents, with the room they have."""

    def label_from_instance(self, agent: Any) -> str:
        return agent_label(agent)


class AssignManyForm(BulkForm):
    """Who gets the leads, or how they are shared out."""

    title = "Assign to agents"
    button = "Assign"
    done = "assigned"
    service_names = {"assignments": "agent"}

    strategy = forms.ChoiceField(
        label="How", choices=[(one.value, label) for one, label in STRATEGIES.items()],
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    agent = AgentChoice(
        queryset=None, required=False, widget=UnfoldAdminSelectWidget(), empty_label="Choose an agent"
    )
    agents = AgentsChoice(
        queryset=None,
        required=False,
        label="Among",
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 8}),
        help_text="Choose nobody to share out among all who are present. Nobody gets more than they have room for.",
    )
    priority = priority_field()
    notes = reason_field(help_text=KEPT)

    def __init__(self, data: Any = None, *, summary: Summary) -> None:
        super().__init__(data, summary=summary)
        for name in ("agent", "agents"):
            self.fields[name].queryset = assignable_agents()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("strategy") == AssignmentStrategy.MANUAL and not given.get("agent"):
            self.add_error("agent", "Choose who gets the leads.")
        return given

    def act(self, selection: Selection, actor: Actor) -> BulkOperation:
        given = self.cleaned_data
        strategy = AssignmentStrategy(given["strategy"])
        if strategy == AssignmentStrategy.MANUAL:
            email = given["agent"].email
            among: dict[str, Any] = {"assignments": [Wish(lead_id, email) for lead_id in selection.lead_ids]}
        else:
            among = {"agents": [agent.email for agent in given["agents"]] or None}
        return bulk_assign(
            selection,
            strategy=strategy,
            actor=actor,
            priority=given["priority"] or None,
            reason=given["notes"],
            **among,
        ).operation


class UnassignManyForm(BulkForm):
    """Why the leads go back to the pool."""

    title = "Take back from their agents"
    button = "Unassign"
    done = "back in the pool"

    reason = reason_field(required=True)

    def act(self, selection: Selection, actor: Actor) -> BulkOperation:
        return bulk_unassign(selection, reason=self.cleaned_data["reason"], actor=actor).operation


class ChangeManyForm(BulkForm):
    """Where the leads stand now, and how soon to call. Moves that no lead of them may make are not offered."""

    title = "Change"
    button = "Change"
    done = "changed"
    service_names = {"disposition_reason": "reason"}

    disposition = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget())
    priority = priority_field()
    reason = reason_field(help_text=f"{KEPT} {NEEDS_REASON}")

    def __init__(self, data: Any = None, *, summary: Summary) -> None:
        super().__init__(data, summary=summary)
        stands = [Disposition(disposition) for disposition, _ in summary.dispositions]
        allowed = {move for disposition in stands for move in TRANSITIONS[disposition]}
        self.fields["disposition"].choices = [  # type: ignore[attr-defined]
            ("", "As it is"), *((move.value, move.label) for move in Disposition if move in allowed)
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        if not self.errors and not (self.cleaned_data["disposition"] or self.cleaned_data["priority"]):
            self.add_error(None, "Choose a disposition, a priority, or both.")
        require_reason(self, self.cleaned_data.get("disposition"))
        return self.cleaned_data

    def act(self, selection: Selection, actor: Actor) -> BulkOperation:
        given = self.cleaned_data
        changes = {name: given[name] for name in ("disposition", "priority") if given[name]}
        if changes.get("disposition") in WAYS_OUT:
            changes["disposition_reason"] = given["reason"]
        return bulk_update(selection, changes=changes, actor=actor, reason=given["reason"]).operation
