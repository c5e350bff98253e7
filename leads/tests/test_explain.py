"""Every automatic decision can be explained."""

import pytest
from rest_framework.test import APIClient

from agencies.tests.factories import make_agency, make_key
from crm.core.choices import Availability, Role
from crm.core.tests.factories import make_user, signed_in
from leads.tests.factories import make_lead, posted

pytestmark = pytest.mark.django_db


def test_explain_tells_score_price_assignment_duplicate_and_deadline_as_decided() -> None:
    make_user(role=Role.AGENT, email="chosen@example.com")
    make_user(role=Role.AGENT, email="away@example.com", availability=Availability.AWAY)
    _, secret = make_key(make_agency(code="RIDGELINE"))
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    lead = client.post("/api/leads", posted()).json()
    explained = signed_in(make_user(role=Role.MANAGER)).get(f"/api/leads/{lead['lead_id']}/explain").json()
    score = explained["score"]
    assert score["value"] == lead["quality_score"]
    assert {"name", "effect", "detail"} <= set(score["factors"][0])
    assert explained["price"]["price"] == "35.00"
    assert explained["price"]["version"] >= 1
    assert explained["assignment"]["chosen"] == "chosen@example.com"
    reasons = {
        candidate["agent"]: (candidate["eligible"], candidate["reason"])
        for candidate in explained["assignment"]["candidates"]
    }
    assert reasons["away@example.com"] == (False, "not present: away")
    assert reasons["chosen@example.com"][0] is True
    assert explained["duplicate"]["verdict"] == "unique"
    assert explained["deadline"]["date"] == "2028-11-01"
    assert explained["score"]["decided_at"]


def test_a_lead_written_by_other_means_says_that_nothing_was_decided() -> None:
    lead = make_lead()
    explained = signed_in(make_user(role=Role.MANAGER)).get(f"/api/leads/{lead.pk}/explain").json()
    assert explained == {
        "duplicate": None,
        "score": None,
        "price": None,
        "assignment": None,
        "deadline": None,
    }
