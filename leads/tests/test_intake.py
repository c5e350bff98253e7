"""A vendor posts a lead."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from agencies.choices import AgencyStatus
from agencies.models import Agency
from agencies.tests.factories import make_agency, make_key
from crm.core.choices import Availability, Role
from crm.core.models import OutboxEvent
from crm.core.tests.factories import make_user, signed_in
from leads.models import IntakePolicy, Lead, LeadChange
from leads.tests.factories import make_lead, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    return make_agency(code="RIDGELINE")


@pytest.fixture
def vendor(agency: Agency) -> APIClient:
    _, secret = make_key(agency)
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret)
    return client


def test_a_good_lead_is_stored_scored_priced_and_assigned(vendor: APIClient) -> None:
    agent = make_user(role=Role.AGENT)
    answer = vendor.post("/api/leads", posted(phone="(312) 200-9001", email=" Dana.R@Example.COM "))
    assert answer.status_code == 201, answer.json()
    lead = Lead.objects.get(pk=answer.json()["lead_id"])
    assert (lead.phone, lead.email, lead.agency_id) == ("+13122009001", "dana.r@example.com", "RIDGELINE")
    assert lead.quality_score > 5
    assert lead.lead_value == lead.acquisition_cost == Decimal("35.00")
    assert lead.assigned_agent == agent
    assert lead.assigned_at is not None
    assert str(lead.filing_deadline) == "2028-11-01"  # Illinois: two years
    agent.refresh_from_db()
    assert agent.capacity == 1


def test_the_vendor_learns_neither_the_agent_nor_our_notes(vendor: APIClient) -> None:
    make_user(role=Role.AGENT)
    lead = vendor.post("/api/leads", posted(notes="caller was upset")).json()
    assert (lead["assigned_agent"], lead["notes"]) == (None, "")


def test_the_database_writes_the_first_line_of_history(vendor: APIClient) -> None:
    lead_id = vendor.post("/api/leads", posted(), HTTP_X_REQUEST_ID="req-7").json()["lead_id"]
    change = LeadChange.objects.get(lead_id=lead_id)
    assert (change.action, change.source, change.request_id) == ("created", "api", "req-7")
    assert change.actor.startswith("key ")


def test_news_of_it_waits_in_the_outbox(vendor: APIClient) -> None:
    agent = make_user(role=Role.AGENT)
    lead_id = vendor.post("/api/leads", posted()).json()["lead_id"]
    news = list(OutboxEvent.objects.filter(key=lead_id).order_by("id").values_list("topic", "payload"))
    assert [topic for topic, _ in news] == ["lead.received", "lead.assigned"]
    assert news[1][1]["agent_id"] == agent.pk


@pytest.mark.parametrize("field", ["email", "phone"])
def test_the_same_contact_within_the_window_is_a_duplicate(vendor: APIClient, field: str) -> None:
    first = vendor.post("/api/leads", posted()).json()
    vendor_sees_own = vendor.post("/api/leads", posted(**{field: first[field]}))
    assert vendor_sees_own.status_code == 409
    body = vendor_sees_own.json()
    assert (body["code"], body["details"]["lead_id"], body["details"]["matched"]) == (
        "duplicate_lead",
        first["lead_id"],
        [field],
    )
    assert Lead.objects.count() == 1


def test_another_vendors_duplicate_does_not_name_the_lead(vendor: APIClient) -> None:
    lead = make_lead(make_agency(code="OTHER"))
    answer = vendor.post("/api/leads", posted(phone=lead.phone))
    assert answer.status_code == 409
    assert "lead_id" not in answer.json()["details"]


def test_after_the_window_the_person_may_come_again(vendor: APIClient) -> None:
    lead = make_lead(created_at=timezone.now() - timedelta(days=91))
    assert vendor.post("/api/leads", posted(phone=lead.phone)).status_code == 201


def test_the_window_is_a_policy(vendor: APIClient) -> None:
    IntakePolicy.objects.update(duplicate_window_days=10)
    lead = make_lead(created_at=timezone.now() - timedelta(days=11))
    assert vendor.post("/api/leads", posted(phone=lead.phone)).status_code == 201


@pytest.mark.parametrize("status", [AgencyStatus.PAUSED, AgencyStatus.CLOSED])
def test_an_agency_that_is_not_active_is_refused(
    vendor: APIClient, agency: Agency, status: AgencyStatus
) -> None:
    Agency.objects.update(status=status)
    answer = vendor.post("/api/leads", posted())
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert not Lead.objects.exists()


def test_vendors_own_spellings_are_understood(vendor: APIClient) -> None:
    answer = vendor.post(
        "/api/leads",
        {
            "name": "Maria de la Cruz",
            "lp_caller_id": "312-200-9002",
            "state": "California",
            "incidentDate": "11/02/2026",
            "did_the_injured_person_receive_treatment": "Treated at hospital",
            "are_you_currently_represented_by_a_lawyer_for_this_case": "Not sure",
            "estimated_medical_bills": "$10,000 - $25,000",
            "utm_campaign": "fb-rearend",
            "consent": "1",
            "xxTrustedFormCertUrl": "https://cert.trustedform.com/abc",
        },
    )
    assert answer.status_code == 201, answer.json()
    lead = Lead.objects.get(pk=answer.json()["lead_id"])
    assert (lead.first_name, lead.last_name, lead.state) == ("Maria", "de la Cruz", "CA")
    assert (str(lead.accident_date), lead.treatment, lead.has_attorney) == (
        "2026-11-02",
        "hospital",
        "unknown",
    )
    assert (lead.medical_bills_range, lead.campaign_source, lead.consent_given) == (
        "10k_25k",
        "fb-rearend",
        True,
    )


def test_without_a_present_agent_the_lead_waits_in_the_pool(vendor: APIClient) -> None:
    make_user(role=Role.AGENT, availability=Availability.AWAY)
    make_user(role=Role.AGENT, max_capacity=0)
    make_user(role=Role.AGENT, is_active=False)
    lead = Lead.objects.get(pk=vendor.post("/api/leads", posted()).json()["lead_id"])
    assert lead.assigned_agent is None


def test_staff_name_the_agency_and_may_set_the_value(agency: Agency) -> None:
    manager = signed_in(make_user(role=Role.MANAGER))
    assert manager.post("/api/leads", posted()).json()["details"]["vendor_code"]
    answer = manager.post("/api/leads", posted(vendor_code="RIDGELINE", lead_value="80.00", priority="high"))
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["lead_value"], answer.json()["priority"]) == ("80.00", "high")


def test_a_value_of_nothing_is_a_value(agency: Agency) -> None:
    manager = signed_in(make_user(role=Role.MANAGER))
    lead = manager.post("/api/leads", posted(vendor_code="RIDGELINE", lead_value="0.00")).json()
    assert (lead["lead_value"], lead["acquisition_cost"]) == ("0.00", "35.00")


def test_a_vendor_cannot_send_for_another_agency(vendor: APIClient) -> None:
    make_agency(code="OTHER")
    assert vendor.post("/api/leads", posted(vendor_code="OTHER")).status_code == 400


def test_an_agent_does_not_post_leads() -> None:
    answer = signed_in(make_user(role=Role.AGENT)).post("/api/leads", posted())
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_nobody_posts_without_credentials() -> None:
    answer = APIClient().post("/api/leads", posted())
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_required")


def test_a_post_takes_a_known_number_of_statements(
    vendor: APIClient, django_assert_num_queries: object
) -> None:
    make_user(role=Role.AGENT)
    vendor.post("/api/leads", posted())
    with django_assert_num_queries(14):  # type: ignore[operator]
        assert vendor.post("/api/leads", posted()).status_code == 201


def test_the_extension_of_a_phone_is_kept_in_the_notes(vendor: APIClient) -> None:
    answer = vendor.post("/api/leads", posted(phone="(312) 555-0199 x12", notes="Call late"))
    assert answer.status_code == 201, answer.json()
    lead = Lead.objects.get(pk=answer.json()["lead_id"])
    assert (lead.phone, lead.notes) == ("+13125550199", "Call late\nPhone extension: 12")
    refused = vendor.post("/api/leads", {**posted(), "phone extension": "12"})
    assert "Unknown field" in str(refused.json())
