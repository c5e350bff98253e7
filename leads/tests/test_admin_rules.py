"""Scorecards, state law and the intake policy in the admin."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import IntakePolicy, Scorecard, StateLaw
from leads.services.scorecards import first_weights

pytestmark = pytest.mark.django_db

NEW_SCORECARD = reverse("admin:leads_scorecard_add")


def test_new_weights_are_a_new_version(manager: Client) -> None:
    weights = {**first_weights(), "base": 4}
    answer = manager.post(NEW_SCORECARD, {"weights": json.dumps(weights), "note": "stricter"})
    assert answer.status_code == 302
    assert Scorecard.objects.latest().weights["base"] == 4


def test_a_new_scorecard_begins_from_the_one_in_force(manager: Client) -> None:
    form = manager.get(NEW_SCORECARD).context["adminform"].form
    assert form.initial["weights"] == Scorecard.objects.latest().weights


def test_wrong_weights_are_named(manager: Client) -> None:
    before = Scorecard.objects.count()
    page = manager.post(NEW_SCORECARD, {"weights": json.dumps({**first_weights(), "base": 99}), "note": ""})
    assert "weights.base" in str(page.context["adminform"].form.errors["weights"])
    assert Scorecard.objects.count() == before


def test_a_scorecard_in_force_is_never_changed(admin: Client) -> None:
    url = reverse("admin:leads_scorecard_change", args=[Scorecard.objects.latest().pk])
    assert admin.post(url, {"weights": "{}", "note": ""}).status_code == 403


def test_state_law_is_found_and_changed(manager: Client) -> None:
    law = StateLaw.objects.filter(state="TN").first()
    assert law is not None
    page = manager.get(reverse("admin:leads_statelaw_changelist"), {"q": "TN"})
    assert "1 year" in page.content.decode()
    url = reverse("admin:leads_statelaw_change", args=[law.pk])
    form = manager.get(url).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in sent.items()} | {
        "note": "checked by hand"
    }
    assert manager.post(url, sent).status_code == 302
    law.refresh_from_db()
    assert law.note == "checked by hand"


def test_the_policy_is_one_page(admin: Client) -> None:
    page = admin.get(reverse("admin:leads_intakepolicy_changelist"), follow=True)
    url = page.redirect_chain[-1][0]
    assert admin.post(url, {"duplicate_window_days": 30, "assigns_on_intake": "on"}).status_code == 302
    assert IntakePolicy.objects.get().duplicate_window_days == 30


def test_a_manager_reads_the_policy(manager: Client) -> None:
    page = manager.get(reverse("admin:leads_intakepolicy_changelist"), follow=True)
    assert manager.post(page.redirect_chain[-1][0], {"duplicate_window_days": 1}).status_code == 403
