"""Grades are kept every day, once, however many workers try."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency
from agencies.services import delete_agency
from agencies.tests.factories import make_agency
from analytics.models import AgencyGrade
from analytics.services import grading
from analytics.services.grading import SCOPE, grade_agencies
from analytics.tasks import grade_all_agencies
from analytics.tests.agencies import NOON, send
from crm.core.actors import Actor
from crm.core.generations import generations
from leads.tests.racing import at_once


@pytest.fixture
def two() -> tuple[Agency, Agency]:
    """One that converts, one that does not; sixty leads each."""
    good, bad = make_agency(code="GOOD", goal=0), make_agency(code="BAD", goal=0)
    for agency, converted in ((good, 25), (bad, 5)):
        send(agency, converted, disposition="Closed")
        send(agency, 60 - converted, disposition="Not Interested")
    return good, bad


@pytest.mark.django_db
def test_each_agency_gets_a_row_a_day_with_all_it_was_made_from(two: tuple[Agency, Agency]) -> None:
    make_agency(code="NEW")

    assert grade_agencies(now=NOON) == 3

    good, bad, new = (AgencyGrade.objects.get(agency=code) for code in ("GOOD", "BAD", "NEW"))
    assert str(good.day) == "2026-11-20"
    assert good.score is not None
    assert bad.score is not None
    assert good.score > 50 > bad.score
    conversion = good.document["judgement"]["parts"][0]
    assert conversion["figures"] == {"count": 25, "expected": 5.0, "ratio": 3.5}
    assert [finding["code"] for finding in good.document["findings"]] == ["conversion_above"]
    assert (new.grade, new.score) == ("", None)
    assert new.document["judgement"]["reason"] == "0 leads in 90 days; a grade needs 30."


@pytest.mark.django_db
def test_again_at_the_same_moment_changes_nothing(two: tuple[Agency, Agency]) -> None:
    grade_agencies(now=NOON)
    before = generations([SCOPE]), list(AgencyGrade.objects.values())

    assert grade_agencies(now=NOON) == 0
    assert (generations([SCOPE]), list(AgencyGrade.objects.values())) == before


@pytest.mark.django_db
def test_the_running_days_row_follows_the_leads_and_yesterdays_stays(two: tuple[Agency, Agency]) -> None:
    good, _ = two
    grade_agencies(now=NOON - timedelta(days=1))
    grade_agencies(now=NOON)
    old, before = generations([SCOPE]), AgencyGrade.objects.get(agency=good, day="2026-11-20")
    yesterday = AgencyGrade.objects.filter(day="2026-11-19").order_by("agency")
    kept = list(yesterday.values())

    send(good, 40, disposition="Returned")
    assert grade_agencies(now=NOON + timedelta(minutes=10)) > 0

    after = AgencyGrade.objects.get(agency=good, day="2026-11-20")
    assert after.pk == before.pk
    assert after.score is not None
    assert before.score is not None
    assert after.score < before.score
    assert after.made_at == NOON + timedelta(minutes=10)
    assert list(yesterday.values()) == kept
    assert generations([SCOPE]) != old


@pytest.mark.django_db
def test_the_cost_does_not_grow_with_the_agencies(two: tuple[Agency, Agency]) -> None:
    costs = []
    for days in range(2):
        with CaptureQueriesContext(connection) as queries:
            grade_agencies(now=NOON + timedelta(days=days))
        costs.append(len(queries))
        for _ in range(20):
            send(make_agency(), 2)
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_an_agency_without_leads_goes_with_its_grades() -> None:
    agency = make_agency()
    grade_agencies(now=NOON)
    delete_agency(code=agency.code, actor=Actor.system("tests"))
    assert not AgencyGrade.objects.exists()


@pytest.mark.django_db
def test_the_command_prints_and_the_task_keeps(two: tuple[Agency, Agency]) -> None:
    out = StringIO()
    call_command("grade_agencies", stdout=out)
    assert "GOOD: " in out.getvalue()
    assert "+ Its leads convert better than such leads do" in out.getvalue()
    assert not AgencyGrade.objects.exists()

    assert grade_all_agencies() == 2
    call_command("grade_agencies", "--store", stdout=out)
    assert AgencyGrade.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_does_it(two: tuple[Agency, Agency]) -> None:
    now = timezone.now()
    outcomes = at_once([lambda: grade_agencies(now=now)] * 6)

    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert sorted(AgencyGrade.objects.values_list("agency", flat=True)) == ["BAD", "GOOD"]
    assert sum(one for one in outcomes if isinstance(one, int)) == 2


@pytest.mark.django_db(transaction=True)
def test_while_one_grades_another_leaves_at_once(two: tuple[Agency, Agency]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [grading.GRADING_LOCK])
        try:
            assert at_once([grade_agencies]) == [0]
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [grading.GRADING_LOCK])
    assert not AgencyGrade.objects.exists()
