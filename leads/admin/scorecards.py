"""The weights of the score, version by version."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.core.admin.base import ServiceAdmin, ServiceForm
from crm.core.exceptions import DomainError
from leads.models import Scorecard
from leads.services.scorecards import new_scorecard


class Indented(json.JSONEncoder):
    """JSON that a person can edit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2})


class ScorecardForm(ServiceForm):
    """A new version, begun from the one in force."""

    weights = forms.JSONField(
        encoder=Indented,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "spellcheck": "false"}),
        help_text="What each fact adds to the base, from worst to best; see docs/scoring.md.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = Scorecard.objects.first()
        if newest:
            self.initial.setdefault("weights", newest.weights)

    def serve(self) -> Scorecard:
        return new_scorecard(
            weights=self.cleaned_data["weights"], note=self.cleaned_data["note"], actor=self.actor
        )

    def refuse(self, refusal: DomainError) -> None:
        problems = [f"{name}: {' '.join(sentences)}" for name, sentences in refusal.details.items()]
        self.add_error("weights", problems or [refusal.message])


@admin.register(Scorecard)
class ScorecardAdmin(ServiceAdmin):
    """Versions are added, never changed: a score can always say which one it was made by."""

    form = ScorecardForm
    list_display = ("version", "note", "author", "created_at")
    list_display_links = ("version", "note")
    ordering = ("-version",)
    fields = ("weights", "note")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
