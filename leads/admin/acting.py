"""Doing one thing to one lead: a form that asks what is needed, then one service call."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.core.actors import Actor
from crm.core.admin.base import show_refusal
from crm.core.exceptions import DomainError
from crm.core.managers import UserQuerySet
from crm.core.models import User
from leads.choices import TRANSITIONS, WAYS_OUT, Disposition, Priority
from leads.models import Lead
from leads.services.assignment import assign_lead, reassign_lead, unassign_lead
from leads.services.editing import update_lead

KEPT = "Kept in the history."
NEEDS_REASON = f"Needed for {', '.join(out.value for out in WAYS_OUT)}."
SAME_PRIORITY = ("", "As it is")
LONGEST_REASON = 300


class ActForm(forms.Form):
    """What has to be known before acting on `lead`."""

    title: ClassVar[str]
    button: ClassVar[str]
    done: ClassVar[str]
    service_names: ClassVar[dict[str, str]] = {}

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        super().__init__(data)
        self.lead = lead

    def act(self, actor: Actor) -> object:
        """The one service call."""
        raise NotImplementedError

    def apply(self, actor: Actor) -> bool:
        """Act; False, with the reasons in the form, where the service says no."""
        try:
            self.act(actor)
        except DomainError as refusal:
            show_refusal(self, refusal, self.service_names)
            return False
        return True


class AgentChoice(forms.ModelChoiceField):
    """Agents, with the room they have."""

    def label_from_instance(self, agent: Any) -> str:
        return agent_label(agent)


def agent_label(agent: User) -> str:
    load = f"{agent.capacity} of {agent.max_capacity} open leads"
    return f"{agent} · {load} · {agent.get_availability_display()}"


def assignable_agents() -> UserQuerySet:
    """Who can be given leads, by name."""
    return User.objects.agents().filter(is_active=True).order_by("first_name", "last_name", "email")


def reason_field(*, required: bool = False, help_text: str = KEPT) -> forms.CharField:
    """Why, in a line."""
    return forms.CharField(
        required=required,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget(),
        help_text=help_text,
    )


def require_reason(form: forms.Form, disposition: str | None) -> None:
    """A way out needs the form's reason."""
    if disposition in WAYS_OUT and not form.cleaned_data.get("reason"):
        form.add_error("reason", f"Say why: {disposition} needs a reason.")


def priority_field() -> forms.ChoiceField:
    """A new priority, or none."""
    return forms.ChoiceField(
        choices=[SAME_PRIORITY, *Priority.choices], required=False, widget=UnfoldAdminSelectWidget()
    )


class AgentForm(ActForm):
    """Who gets the lead."""

    agent = AgentChoice(queryset=None, widget=UnfoldAdminSelectWidget(), empty_label="Choose an agent")

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        super().__init__(data, lead=lead)
        self.fields["agent"].queryset = assignable_agents()  # type: ignore[attr-defined]


class AssignForm(AgentForm):
    """A lead that nobody has."""

    title = "Assign to an agent"
    button = "Assign"
    done = "assigned"
    service_names = {"agent_email": "agent"}

    priority = priority_field()
    notes = reason_field()

    def act(self, actor: Actor) -> object:
        given = self.cleaned_data
        return assign_lead(
            self.lead.pk,
            agent_email=given["agent"].email,
            actor=actor,
            priority=given["priority"] or None,
            notes=given["notes"],
        )


class ReassignForm(AgentForm):
    """A lead that changes hands, and why."""

    title = "Give to another agent"
    button = "Reassign"
    done = "reassigned"
    service_names = {"new_agent": "agent"}

    reason = reason_field(required=True)

    def act(self, actor: Actor) -> object:
        given = self.cleaned_data
        return reassign_lead(
            self.lead.pk, new_agent=given["agent"].email, reason=given["reason"], actor=actor
        )


class UnassignForm(ActForm):
    """Why the lead goes back to the pool."""

    title = "Take back from the agent"
    button = "Unassign"
    done = "back in the pool"

    reason = reason_field(required=True)

    def act(self, actor: Actor) -> object:
        return unassign_lead(self.lead.pk, reason=self.cleaned_data["reason"], actor=actor)


class MoveForm(ActForm):
    """Where the lead stands now; only moves that the table allows are offered."""

    title = "Change the disposition"
    button = "Change"
    done = "moved"
    service_names = {"disposition_reason": "reason"}

    disposition = forms.ChoiceField(widget=UnfoldAdminSelectWidget())
    reason = reason_field(help_text=NEEDS_REASON)

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        super().__init__(data, lead=lead)
        allowed = TRANSITIONS[Disposition(lead.disposition)]
        self.fields["disposition"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"), *((move.value, move.label) for move in Disposition if move in allowed)
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        require_reason(self, self.cleaned_data.get("disposition"))
        return self.cleaned_data

    def act(self, actor: Actor) -> object:
        to, reason = Disposition(self.cleaned_data["disposition"]), self.cleaned_data["reason"]
        why = {"disposition_reason": reason} if to in WAYS_OUT else {}
        return update_lead(self.lead.pk, changes={"disposition": to.value, **why}, actor=actor, reason=reason)
