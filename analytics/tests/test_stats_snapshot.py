"""The numbers of an answer are of one moment, whatever is written meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from analytics.selectors.figures import briefs_by
from analytics.tests.analysing import lead, told
from crm.core.choices import Role
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.tests.factories import make_lead


def written_beside() -> Lead:
    """A lead of another connection, committed."""

    def write() -> Lead:
        try:
            return make_lead(campaign_source="Search", lead_value=Decimal(1_000))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(write).result()


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_comes_in_between_two_statements_is_in_all_numbers_or_in_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead(100, days=0, campaign_source="Search")
    caller = signed_in(make_user(role=Role.MANAGER))
    reading = "analytics.selectors.statistics.briefs_by"

    def read_late(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(reading, briefs_by)
        written_beside()
        return briefs_by(*args, **options)

    monkeypatch.setattr(reading, read_late)
    found = told(caller, "stats")
    assert Lead.objects.count() == 2
    assert (found["revenue"]["total"], found["cpa"]["breakdown"]["Search"]["revenue"]) == (100, 100)
    assert told(caller, "stats")["revenue"]["total"] == 1_100  # and the next read has it
