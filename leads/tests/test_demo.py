"""The seeded database keeps every promise that the program makes."""

import re
from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q
from django.test import RequestFactory, TestCase, override_settings
from django.utils import timezone

from agencies.models import Agency
from crm.core.choices import Role
from crm.core.models import User
from leads.choices import OPEN, TRANSITIONS, WAYS_OUT, Disposition
from leads.models import Comment, Decision, Lead, LeadChange, LeadSearch
from leads.services.demo import seeding
from leads.services.demo.agencies import PROFILES
from leads.services.demo.seeding import seed_demo

LEADS = 300


def seed(**options: object) -> str:
    out = StringIO()
    call_command("seed_demo", **{"leads": LEADS, "verbosity": 1, **options}, stdout=out)
    return out.getvalue()


class SeededOnceTests(TestCase):
    output: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.output = seed()

    def test_counts(self) -> None:
        assert Lead.objects.count() == LEADS
        assert LeadSearch.objects.count() == LEADS
        assert Decision.objects.count() == LEADS
        assert Comment.objects.exists()
        assert Agency.objects.count() == len(PROFILES)
        assert LeadChange.objects.filter(action="created").count() == LEADS

    def test_accounts_can_sign_in(self) -> None:
        request = RequestFactory().post("/")
        names = [
            "admin",
            "manager",
            *(f"agent{n}" for n in range(1, 9)),
            *(f"vendor{n}" for n in range(1, 6)),
        ]
        for name in names:
            user = authenticate(request, username=f"{name}@demo.test", password=settings.DEMO_PASSWORD)
            assert user is not None, name
        assert User.objects.get(email="vendor2@demo.test").vendor_code == PROFILES[1].code
        assert User.objects.agents().count() == 8
        assert User.objects.get(email="admin@demo.test").role == Role.ADMIN

    def test_every_step_of_every_journey_is_allowed(self) -> None:
        steps = 0
        for lead in Lead.objects.all():
            changes = list(LeadChange.objects.filter(lead_id=lead.pk).order_by("id"))
            assert changes[0].action == "created"
            assert changes[0].at == lead.created_at
            assert [one.at for one in changes] == sorted(one.at for one in changes)
            stage = Disposition.NEW
            for change in changes:
                if "disposition" in change.changes:
                    old, new = (Disposition(value) for value in change.changes["disposition"])
                    assert old == stage
                    assert new in TRANSITIONS[old]
                    stage, steps = new, steps + 1
            assert stage == lead.disposition
        assert steps > LEADS

    def test_history_ends_where_the_lead_stands(self) -> None:
        kept = ("assigned_agent_id", "notes", "disposition_reason")
        for lead in Lead.objects.all():
            last: dict[str, object] = {}
            for change in LeadChange.objects.filter(lead_id=lead.pk).order_by("id"):
                last |= {name: new for name, (_, new) in change.changes.items()}
                assert change.at <= lead.updated_at
            for name in kept:
                if name in last:
                    assert last[name] == getattr(lead, name), name

    def test_capacity_equals_a_recount(self) -> None:
        held = Count("leads", filter=Q(leads__disposition__in=OPEN))
        for agent in User.objects.agents().annotate(held=held):
            assert agent.capacity == agent.held
            assert agent.capacity <= agent.max_capacity

    def test_stamps_agree(self) -> None:
        now = timezone.now()
        leads = Lead.objects.order_by()
        assert not leads.filter(created_at__gt=now).exists()
        assert not leads.filter(created_at__lt=now - timedelta(days=366)).exists()
        assert not leads.filter(updated_at__gt=now).exists()
        assert not leads.filter(updated_at__lt=F("created_at")).exists()
        assert not leads.filter(first_contact_at__lt=F("assigned_at")).exists()
        assert not leads.filter(closed_date__lt=F("first_contact_at")).exists()
        assert not leads.filter(accident_date__gt=now).exists()
        assert not leads.filter(disposition__in=WAYS_OUT, disposition_reason="").exists()
        assert not leads.exclude(disposition__in=WAYS_OUT).exclude(disposition_reason="").exists()
        assert not leads.filter(disposition__in=("Retained for Firm", "Closed"), closed_date=None).exists()
        assert not leads.filter(assigned_agent=None).exclude(disposition="New").exists()

    def test_nobody_is_real(self) -> None:
        for lead in Lead.objects.all():
            assert re.fullmatch(r"(\+1\d{3}555\d{4})?", lead.phone)
            assert re.fullmatch(r"([a-z._]+\d+@example\.(com|net|org))?", lead.email)

    def test_repeats_are_marked(self) -> None:
        others = Lead.objects.exclude(disposition="Duplicate")
        for name in ("phone", "email"):
            values = [value for value in others.values_list(name, flat=True) if value]
            assert len(values) == len(set(values))

    def test_good_leads_sign_more_often(self) -> None:
        def share(**score: int) -> float:
            band = Lead.objects.filter(**score)
            return band.filter(closed_date__isnull=False).count() / band.count()

        assert share(quality_score__gte=8) > share(quality_score__lte=3) + 0.04

    def test_the_score_is_what_intake_decided(self) -> None:
        for decision in Decision.objects.all()[:50]:
            lead = Lead.objects.get(pk=decision.lead_id)
            assert decision.document["score"]["value"] == lead.quality_score
            assert decision.document["price"]["price"] == str(lead.acquisition_cost)
            assert decision.document.keys() >= {"deadline", "duplicate", "assignment"}

    def test_the_summary_names_agencies_and_dispositions(self) -> None:
        for word in ("ACCIDENTPRO", "Not Interested", "retained", "Added 300 leads in"):
            assert word in self.output

    def test_a_second_run_adds_as_many_again(self) -> None:
        seed()
        assert Lead.objects.count() == 2 * LEADS
        assert User.objects.agents().count() == 8
        self.test_capacity_equals_a_recount()
        self.test_repeats_are_marked()

    def test_once_does_nothing_where_there_is_something(self) -> None:
        assert "no demo data added" in seed(once=True)
        assert Lead.objects.count() == LEADS


class SeedingTests(TestCase):
    def test_once_fills_an_empty_database(self) -> None:
        seed(once=True, leads=20)
        assert Lead.objects.count() == 20

    def test_a_seed_draws_the_same_world_again(self) -> None:
        now = timezone.now()
        worlds = []
        for _ in range(2):
            seed_demo(80, seed=7, now=now, on_progress=lambda added: None)
            facts = Lead.objects.order_by("id").values_list(
                "id", "phone", "email", "disposition", "quality_score", "notes"
            )
            worlds.append(list(facts))
            Lead.objects.order_by().delete()
        assert worlds[0] == worlds[1]

    def test_several_processes_draw_large_worlds(self) -> None:
        told: list[int] = []
        with mock.patch.object(seeding, "PAGE", 50):
            seed_demo(210, seed=7, now=timezone.now(), on_progress=told.append)
        assert told == [50, 50, 50, 50, 10]
        assert Lead.objects.count() == 210

    def test_what_is_interrupted_leaves_whole_pages(self) -> None:
        def interrupt(added: int) -> None:
            raise KeyboardInterrupt

        with mock.patch.object(seeding, "PAGE", 50), pytest.raises(KeyboardInterrupt):
            seed_demo(210, seed=7, now=timezone.now(), on_progress=interrupt)
        assert Lead.objects.count() == 50
        assert LeadChange.objects.filter(action="created").count() == 50
        seed(leads=50)
        assert Lead.objects.count() == 100

    def test_one_seeding_at_a_time(self) -> None:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [seeding.LOCK])
            with self.assertRaisesMessage(CommandError, "Another seed_demo"):
                seed(leads=5)
        finally:
            other.close()

    @override_settings(PRODUCTION=True)
    def test_production_refuses(self) -> None:
        with self.assertRaisesMessage(CommandError, "This is production"):
            seed()
        seed(force=True, leads=5)
        assert Lead.objects.count() == 5

    def test_accounts_without_leads(self) -> None:
        seed(leads=0)
        assert User.objects.agents().count() == 8
        assert not Lead.objects.exists()
