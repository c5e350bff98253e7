"""The current set: one row a finding and day, whoever runs the rules how often."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from agencies.tests.factories import make_agency
from analytics.models import Insight
from analytics.selectors.insights import current_insights, insight_document, insight_in_short
from analytics.services.insights.storing import refresh_insights
from analytics.tasks import refresh_current_insights
from analytics.tests.insight_worlds import NOW, lead, store
from crm.core.generations import generations
from leads.choices import Disposition
from leads.models import Lead
from leads.tests.racing import at_once

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def waiting(number: int = 1) -> None:
    """New leads that nobody has called for two days."""
    agency = make_agency()
    store(lead(agency, NOW - 2 * DAY) for _ in range(number))


def silent_agency() -> None:
    agency = make_agency(code="SILENT", goal=0)
    leads = (
        lead(agency, NOW - timedelta(days=back), disposition=Disposition.NOT_INTERESTED)
        for back in range(9, 100)
    )
    store(
        one
        for first in leads
        for one in (first, *(lead(agency, first.created_at, disposition=first.disposition) for _ in range(4)))
    )


@pytest.mark.django_db
def test_a_second_run_renews_what_is_there() -> None:
    waiting(2)
    assert refresh_insights(NOW) == 1
    (first,) = current_insights()
    assert str(first) == "2 leads nobody has called yet, all of them for more than 24 hours"
    store([lead(make_agency(), NOW - 2 * DAY)])
    assert refresh_insights(NOW + HOUR) == 1
    (second,) = current_insights()
    assert (second.pk, second.found_at, second.made_at) == (first.pk, NOW, NOW + HOUR)
    assert (first.document["figures"]["leads"], second.document["figures"]["leads"]) == (2, 3)


@pytest.mark.django_db
def test_what_is_no_longer_so_is_kept_and_no_longer_current() -> None:
    waiting()
    refresh_insights(NOW)
    Lead.objects.update(disposition=Disposition.NOT_INTERESTED, disposition_reason="Called")
    assert refresh_insights(NOW + HOUR) == 0
    assert current_insights() == []
    assert Insight.objects.get().document["title"] == "1 lead nobody has called yet, for more than 24 hours"


@pytest.mark.django_db
def test_the_next_day_has_rows_of_its_own_and_the_oldest_go() -> None:
    waiting()
    refresh_insights(NOW)
    refresh_insights(NOW + DAY)
    assert Insight.objects.count() == 2
    assert [one.valid_for for one in current_insights()] == [(NOW + DAY).date()]
    refresh_insights(NOW + 91 * DAY)
    assert sorted(one.valid_for for one in Insight.objects.all()) == [(NOW + n * DAY).date() for n in (1, 91)]


@pytest.mark.django_db
def test_most_pressing_first_and_those_of_one_agency() -> None:
    silent_agency()
    waiting(3)
    refresh_insights(NOW)
    found = [(one.get_severity_display(), one.size) for one in current_insights()]
    assert found == sorted(found, key=lambda pair: (pair[0] != "critical", -pair[1]))
    assert [one.code for one in current_insights(limit=1)] == ["anomaly"]
    about = current_insights("SILENT")
    assert {one.scope for one in about} == {"SILENT"}
    assert current_insights("NOBODY") == []
    document = insight_document(about[0])
    assert document.keys() == {
        "id", "code", "severity", "agency", "title", "text", "figures", "test", "threshold", "link", "validFor",
        "madeAt", "version",
    }  # fmt: skip
    assert insight_in_short(about[0])["title"] == document["title"]


@pytest.mark.django_db
def test_the_generation_of_insights_changes() -> None:
    before = generations(["insights"])
    refresh_current_insights()
    assert generations(["insights"]) != before


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_set() -> None:
    waiting()
    answers = at_once([lambda: refresh_insights(NOW)] * 4)
    assert set(answers) <= {0, 1}
    assert 1 in answers
    assert Insight.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_another_one_is_at_it_nothing_is_done() -> None:
    waiting()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(20260009)")
        assert at_once([lambda: refresh_insights(NOW)]) == [0]
    assert at_once([lambda: refresh_insights(NOW)]) == [1]


@pytest.mark.django_db
def test_the_command_shows_and_stores() -> None:
    said = StringIO()
    call_command("insights", stdout=said)
    assert said.getvalue() == "Nothing stands out.\n"
    store([lead(make_agency(), NOW)])
    said = StringIO()
    call_command("insights", stdout=said)
    assert "critical 1 lead nobody has called yet" in said.getvalue()
    assert not Insight.objects.exists()
    call_command("insights", "--store", stdout=said)
    assert Insight.objects.get().code == "uncontacted"
    said = StringIO()
    call_command("insights", "--json", stdout=said)
    assert '"severity": "critical"' in said.getvalue()
