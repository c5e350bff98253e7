"""Doing one thing to selected leads: a form that asks what is needed, then one service call per lead."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.core.actors import Actor
from crm.core.admin.base import show_refusal
from crm.core.exceptions import DomainError
from crm.core.models import User
from leads.choices import TRANSITIONS, WAYS_OUT, Disposition, Priority
from leads.models import Lead
from leads.services.assignment import assign_lead, unassign_lead
from leads.services.editing import update_lead

NAMED = 3  # refusals shown one by one


@dataclass(slots=True)
class Outcome:
    """What became of each lead."""

    done: int = 0
    refusals: list[tuple[UUID, DomainError]] = field(default_factory=list)


def apply_to_each(lead_ids: Iterable[UUID], act: Callable[[UUID], object]) -> Outcome:
    """Act on the leads one by one; a lead that is refused leaves the others alone."""
    outcome = Outcome()
    for lead_id in lead_ids:
        try:
            act(lead_id)
        except DomainError as refusal:
            outcome.refusals.append((lead_id, refusal))
        else:
            outcome.done += 1
    return outcome


class ActForm(forms.Form):
    """What has to be known before acting on `leads`."""

    title: ClassVar[str]
    button: ClassVar[str]
    done: ClassVar[str]
    service_names: ClassVar[dict[str, str]] = {}

    def __init__(self, data: Any = None, *, leads: Sequence[Lead]) -> None:
        super().__init__(data)
        self.leads = leads

    def act(self, lead_id: UUID, actor: Actor) -> object:
        """The one service call."""
        raise NotImplementedError

    def apply(self, request: HttpRequest, actor: Actor) -> bool:
        """Act on every lead and tell how it went; False, with the reasons in the form, if none was done."""
        outcome = apply_to_each([lead.pk for lead in self.leads], lambda lead_id: self.act(lead_id, actor))
        if outcome.refusals and not outcome.done:
            for refusal in {refusal.message: refusal for _, refusal in outcome.refusals}.values():
                show_refusal(self, refusal, self.service_names)
            return False
        plural = "" if outcome.done == 1 else "s"
        messages.success(request, f"{outcome.done} lead{plural} {self.done}.")
        if outcome.refusals:
            messages.warning(request, self._refusals(outcome))
        return True

    def _refusals(self, outcome: Outcome) -> str:
        counted = Counter(refusal.message for _, refusal in outcome.refusals)
        if len(outcome.refusals) > NAMED:
            told = [
                f"{message} ({number} leads)" if number > 1 else message
                for message, number in counted.most_common(NAMED)
            ]
        else:
            names = {lead.pk: str(lead) for lead in self.leads}
            told = [f"{names[lead_id]}: {refusal.message}" for lead_id, refusal in outcome.refusals]
        return f"{len(outcome.refusals)} refused. {' '.join(told)}"


class AgentChoice(forms.ModelChoiceField):
    """Agents, with the room they have."""

    def label_from_instance(self, agent: Any) -> str:
        load = f"{agent.capacity} of {agent.max_capacity} open leads"
        return f"{agent} · {load} · {agent.get_availability_display()}"


class AssignForm(ActForm):
    """Who gets the leads."""

    title = "Assign to an agent"
    button = "Assign"
    done = "assigned"
    service_names = {"agent_email": "agent"}

    agent = AgentChoice(queryset=None, widget=UnfoldAdminSelectWidget(), empty_label="Choose an agent")
    priority = forms.ChoiceField(
        choices=[("", "As it is"), *Priority.choices], required=False, widget=UnfoldAdminSelectWidget()
    )
    notes = forms.CharField(
        required=False, max_length=300, widget=UnfoldAdminTextInputWidget(), help_text="Kept in the history."
    )

    def __init__(self, data: Any = None, *, leads: Sequence[Lead]) -> None:
        super().__init__(data, leads=leads)
        agents = User.objects.agents().filter(is_active=True).order_by("first_name", "last_name", "email")
        self.fields["agent"].queryset = agents  # type: ignore[attr-defined]

    def act(self, lead_id: UUID, actor: Actor) -> object:
        given = self.cleaned_data
        return assign_lead(
            lead_id,
            agent_email=given["agent"].email,
            actor=actor,
            priority=given["priority"] or None,
            notes=given["notes"],
        )


class UnassignForm(ActForm):
    """Why the leads go back to the pool."""

    title = "Take back from their agents"
    button = "Unassign"
    done = "back in the pool"

    reason = forms.CharField(
        max_length=300, widget=UnfoldAdminTextInputWidget(), help_text="Kept in the history."
    )

    def act(self, lead_id: UUID, actor: Actor) -> object:
        return unassign_lead(lead_id, reason=self.cleaned_data["reason"], actor=actor)


class MoveForm(ActForm):
    """Where the leads stand now. Only moves that the table allows for one of them are offered."""

    title = "Change the disposition"
    button = "Change"
    done = "moved"
    service_names = {"disposition_reason": "reason"}

    disposition = forms.ChoiceField(widget=UnfoldAdminSelectWidget())
    reason = forms.CharField(
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text=f"Needed for {', '.join(out.value for out in WAYS_OUT)}.",
    )

    def __init__(self, data: Any = None, *, leads: Sequence[Lead]) -> None:
        super().__init__(data, leads=leads)
        allowed = {move for lead in leads for move in TRANSITIONS[Disposition(lead.disposition)]}
        self.fields["disposition"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            *((move.value, move.label) for move in Disposition if move in allowed),
        ]

    def act(self, lead_id: UUID, actor: Actor) -> object:
        to, reason = Disposition(self.cleaned_data["disposition"]), self.cleaned_data["reason"]
        why = {"disposition_reason": reason} if to in WAYS_OUT else {}
        return update_lead(lead_id, changes={"disposition": to.value, **why}, actor=actor, reason=reason)
