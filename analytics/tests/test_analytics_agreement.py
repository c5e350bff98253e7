"""Tile, chart, key figures, parts, list and the leads themselves say the same, to the cent."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from analytics.tests.analysing import told
from crm.core.choices import Role
from crm.core.periods import Period, period_of
from crm.core.tests.factories import make_user, signed_in
from leads.services.demo.seeding import seed_demo

LEADS = 2_000
PERIODS = ("today", "week", "month", "quarter", "200", "year")
NOT_WORTH = ("Returned", "Duplicate")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Seeded once, taken back behind the last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed_demo(LEADS, seed=4, now=timezone.now(), on_progress=lambda _: None)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def caller(demo: None) -> APIClient:
    return signed_in(make_user(role=Role.MANAGER))


def counted(period: Period, by: str = "''") -> dict[str, tuple[int, Decimal, int]]:
    """Leads, revenue and conversions, read from the leads the plainest way."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {by}, count(*), sum(CASE WHEN disposition IN ('Returned', 'Duplicate') THEN 0 ELSE lead_value END),
                   count(closed_date)
              FROM leads_lead WHERE created_at >= %s AND created_at < %s GROUP BY 1
            """,  # noqa: S608 - ours
            period.bounds,
        )
        return {key: (leads, revenue, conversions) for key, leads, revenue, conversions in cursor.fetchall()}


def listed(caller: APIClient, period: Period) -> Iterator[dict[str, Any]]:
    """Every lead that GET /leads has for the period, page by page."""
    asked: dict[str, Any] = {"startDate": period.start, "endDate": period.end, "limit": 200}
    while True:
        page = caller.get("/api/leads", asked).json()
        yield from page["data"]
        if not page["pagination"]["hasMore"]:
            return
        asked["cursor"] = page["pagination"]["cursor"]


def test_all_answers_agree_with_each_other_and_with_the_leads(caller: APIClient) -> None:
    for name in PERIODS:
        period = period_of({"period": name})
        leads, revenue, conversions = counted(period).get("", (0, Decimal(0), 0))
        stats = told(caller, "stats", period=name)
        assert (stats["leads"]["total"], Decimal(str(stats["revenue"]["total"]))) == (leads, revenue), name
        assert sum(point["value"] for point in stats["revenue"]["trend"]) == stats["revenue"]["total"], name
        breakdown = stats["cpa"]["breakdown"].values()
        assert _sums(breakdown) == (leads, float(revenue)), name
        assert stats["conversion"]["velocity"]["conversions"] == conversions, name
        chart = told(caller, "analytics", period=name)
        assert (sum(chart["leads"]), sum(chart["revenue"])) == (leads, float(revenue)), name
        assert sum(chart["conversions"]) == conversions, name
        kpis = told(caller, "analytics/kpis", period=name)["kpis"]
        assert (kpis["leads"]["value"], kpis["revenue"]["value"]) == (leads, float(revenue)), name
        assert kpis["conversions"]["value"] == conversions, name
        before = counted(period.previous()).get("", (0, Decimal(0), 0))
        assert (kpis["leads"]["previous"], kpis["revenue"]["previous"]) == (before[0], float(before[1])), name
        assert (kpis["leads"]["change"], kpis["revenue"]["change"]) == (
            stats["leads"]["change"],
            stats["revenue"]["change"],
        ), name
        trends = told(caller, "analytics/revenue-trends", period=name)
        assert sum(trends["revenue"]) == trends["cumulative"][-1] == float(revenue), name
        assert trends["total"]["revenue"]["previous"] == float(before[1]), name
        quality = told(caller, "analytics/lead-quality", period=name)
        assert (quality["leads"], quality["conversions"]) == (leads, conversions), name


def test_every_part_is_what_its_leads_are(caller: APIClient) -> None:
    period = period_of({})
    total = counted(period)[""]
    for address, rows, by, key in (
        ("analytics/lead-sources", "sources", "vendor_code || '/' || campaign_source", _campaign),
        ("analytics/publishers", "publishers", "vendor_code", lambda row: row["vendor_code"]),
        ("analytics/agents", "agents", "assigned_agent_id::text", lambda row: str(row["agent_id"])),
    ):
        found = told(caller, address)
        parts = {
            key(row): (row["leads"], row["revenue"], row["conversions"])
            for row in found[rows]
            if row["leads"]
        }
        if rows == "agents":
            nobody = found["unassigned"]
            if nobody["leads"]:
                parts[None] = (nobody["leads"], nobody["revenue"], nobody["conversions"])
        else:
            assert (found["total"]["leads"], found["total"]["revenue"]) == (total[0], float(total[1]))
        assert parts == {one: (a, float(b), c) for one, (a, b, c) in counted(period, by).items()}, address
    for split, by in (("vendor", "vendor_code"), ("source", "campaign_source"), ("state", "state")):
        groups = told(caller, "analytics/funnel", by=split)["groups"]
        assert {group["key"]: group["leads"] for group in groups} == {
            one: leads for one, (leads, _, _) in counted(period, by).items()
        }, split


def test_the_list_of_the_leads_sums_to_the_tile(caller: APIClient) -> None:
    rows = list(listed(caller, period_of({})))
    stats = told(caller, "stats")
    worth = [Decimal(row["lead_value"]) for row in rows if row["disposition"] not in NOT_WORTH]
    assert (len(rows), float(sum(worth))) == (stats["leads"]["total"], stats["revenue"]["total"])
    standing = {stage["stage"]: stage["standing"] for stage in stats["conversion"]["funnel"]}
    for stage, number in standing.items():
        assert sum(row["disposition"] == stage for row in rows) == number, stage


def test_the_summary_of_the_report_is_the_tile(caller: APIClient) -> None:
    stats = told(caller, "stats", period="quarter")
    summary = caller.get("/api/reports/summary", {"period": "quarter"}).json()
    assert (summary["totalLeads"], summary["totalRevenue"]) == (
        stats["leads"]["total"],
        stats["revenue"]["total"],
    )
    assert summary["avgCPA"] == stats["cpa"]["average"]


def test_the_way_forward_narrows(caller: APIClient) -> None:
    for group in told(caller, "analytics/funnel", period="year", by="source")["groups"]:
        reached = [stage["reached"] for stage in group["stages"]]
        assert reached == sorted(reached, reverse=True)


def _sums(parts: Any) -> tuple[int, float]:
    return sum(part["leads"] for part in parts), sum(part["revenue"] for part in parts)


def _campaign(row: dict[str, Any]) -> str:
    return f"{row['vendor_code']}/{row['campaign']}"
