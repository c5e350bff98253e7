"""Cached reads of real numbers while leads come and are worked: how often they hit, and that they are never old."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from agencies.models import Agency
from agencies.tests.factories import make_agency
from crm.core.cache_counts import read_counts, total_of
from crm.core.choices import Role
from crm.core.generations import agency_scope, generations
from crm.core.models import User
from crm.core.tests.factories import make_user, signed_in
from leads.models import Lead
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

OURS, THEIRS = agency_scope("OURS"), agency_scope("THEIRS")
DASHBOARD = ("/api/admin/stats", "/api/admin/analytics", "/api/agencies", "/api/reports/summary")
MANAGERS, EVERY, SECONDS = 12, 3.0, 30.0
NEW_LEADS, WORK = 0.1, 0.5
"""A second, in the busiest hour of a million leads a year: three times the average, and five counted changes each."""
LOOKED_AT = 0.05  # of the hits


@pytest.mark.parametrize(
    ("change", "is_noted"),
    [
        ("lead_value = 99", True),
        ("disposition = 'Attempting'", True),
        ("quality_score = 9", True),
        ("campaign_source = 'another'", True),
        ("state = 'TX'", True),
        ("assigned_agent_id = (SELECT max(id) FROM core_user)", True),
        ("acquisition_cost = 3", True),
        ("created_at = created_at - interval '40 days'", True),
        ("closed_date = closed_date + interval '3 days'", True),  # counted alike; days to close are not
        ("notes = 'called twice'", False),
    ],
)
def test_a_change_of_what_is_counted_is_noted_for_all_and_for_its_agency(change: str, is_noted: bool) -> None:
    make_user()
    make_lead(make_agency(code="THEIRS"))
    lead = make_lead(make_agency(code="OURS"), disposition="Closed")
    before = generations(["leads", OURS, THEIRS])
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE leads_lead SET {change} WHERE id = %s", [lead.pk])  # noqa: S608 - one of those above
    after = generations(["leads", OURS, THEIRS])
    assert [one != other for one, other in zip(before, after, strict=True)] == [is_noted, is_noted, False]


def test_changes_that_cancel_out_are_noted() -> None:
    """No count moves where two leads exchange their scores, yet the spread of scores by conversion may."""
    make_agency(code="OURS")
    leads = [make_lead(Agency.objects.get(pk="OURS"), quality_score=score) for score in (8, 4)]
    before = generations(["leads", OURS])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET quality_score = 12 - quality_score WHERE id = ANY (%s)",
            [[lead.pk for lead in leads]],
        )
    assert all(one != other for one, other in zip(before, generations(["leads", OURS]), strict=True))


@pytest.mark.parametrize("address", ["/api/agencies", "/api/agencies/OURS", "/api/agencies/OURS/stats"])
def test_a_vendor_is_never_answered_with_what_is_kept_for_others(address: str) -> None:
    for code in ("OURS", "THEIRS"):
        make_lead(make_agency(code=code), lead_value=40)
    manager = signed_in(make_user(role=Role.MANAGER))
    ours, theirs = (signed_in(make_user(role=Role.VENDOR, vendor_code=code)) for code in ("OURS", "THEIRS"))
    for _ in range(2):  # computed, then as kept
        shown, own, foreign = manager.get(address), ours.get(address), theirs.get(address)
        assert '"revenue":40.0' in shown.text
        assert '"revenue":null' in own.text
        assert "40.0" not in own.text
        assert "THEIRS" not in own.text
        assert "leads" not in foreign.text if foreign.status_code == 404 else "OURS" not in foreign.text
    assert [shown.headers["X-Cache"], own.headers["X-Cache"]] == ["hit", "hit"]
    assert foreign.status_code == (200 if address == "/api/agencies" else 404)
    reports = ours.get("/api/reports/summary"), ours.get("/api/admin/stats")
    assert [answer.status_code for answer in reports] == [403, 403]


Step = Callable[[], object]


def test_four_fifths_of_a_busy_hours_reads_are_hits_and_none_is_old() -> None:
    """Twelve managers' dashboards ask for four numbers every three seconds; a lead comes every ten seconds."""
    draw = random.Random(11)
    agencies = [make_agency(code=f"AGENCY{number}") for number in range(3)]
    agents = [make_user() for _ in range(4)]
    for agency in agencies * 4:
        make_lead(agency, lead_value=40, assigned_agent=draw.choice(agents))
    looked_at = 0

    def ask(client: APIClient, address: str) -> None:
        nonlocal looked_at
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        if answer.headers["X-Cache"] == "hit" and draw.random() < LOOKED_AT:
            looked_at += 1
            assert timeless(answer.json()) == timeless(client.get(address, **NOW).json()), address

    steps = [*polls(draw, ask), *arrivals(draw, agencies), *work(draw, agents)]
    for _, step in sorted(steps, key=lambda one: one[0]):
        step()
    counts = read_counts()
    asked_anew = looked_at  # counted as misses, but nobody's
    total = total_of(counts)
    assert total.answers - asked_anew == MANAGERS * SECONDS / EVERY * len(DASHBOARD)
    assert 100 * (total.hits + total.waits) / (total.answers - asked_anew) > 80, counts
    assert looked_at > 10, looked_at


NOW: dict[str, Any] = {"headers": {"Cache-Control": "no-cache"}}


def timeless(document: Any) -> Any:
    """Without the moment it was taken."""
    return {name: part for name, part in document.items() if name != "asOf"}


def polls(draw: random.Random, ask: Callable[[APIClient, str], None]) -> Iterator[tuple[float, Step]]:
    for _ in range(MANAGERS):
        client, phase = signed_in(make_user(role=Role.MANAGER)), draw.uniform(0, EVERY)
        for number in range(int(SECONDS / EVERY)):
            for address in DASHBOARD:
                yield phase + number * EVERY, partial(ask, client, address)


def arrivals(draw: random.Random, agencies: list[Agency]) -> Iterator[tuple[float, Step]]:
    for at in moments(draw, NEW_LEADS):
        yield at, lambda: make_lead(draw.choice(agencies), lead_value=draw.randrange(20, 80))


def work(draw: random.Random, agents: list[User]) -> Iterator[tuple[float, Step]]:
    """Calls, values, other agents."""

    def change() -> None:
        lead = draw.choice(list(Lead.objects.order_by("created_at")))
        changes: list[dict[str, object]] = [
            {"disposition": draw.choice(["Attempting", "Contacted", "Qualified", "Closed"])},
            {"lead_value": draw.randrange(20, 80)},
            {"assigned_agent": draw.choice(agents)},
        ]
        Lead.objects.filter(pk=lead.pk).update(**draw.choice(changes))

    for at in moments(draw, WORK):
        yield at, change


def moments(draw: random.Random, rate: float) -> Iterator[float]:
    """Of events that come by chance, so many a second."""
    at = draw.expovariate(rate)
    while at < SECONDS:
        yield at
        at += draw.expovariate(rate)
