"""The business in numbers: computed, as kept, and as files. Before it is measured a read must say what the leads say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from analytics.services.counting import fold_counts
from crm.benchmark.client import Answer, Request, get
from crm.benchmark.databases import connected_to
from crm.benchmark.floor import Work
from crm.benchmark.operations.model import Case, Operation
from crm.benchmark.results import times, within
from crm.benchmark.world import RefusedError, World
from crm.core.clock import business_day, business_zone, day_bounds
from crm.core.generations import fold_steps

PERIOD, DAYS = "quarter", 90
COMPUTED_AIMS = (times(3, "W"), within(2000))
KEPT_AIMS = (within(10),)
GROWTH = 2.0
FILES = {"xlsx": b"PK", "pdf": b"%PDF"}

Sums = dict[str, tuple[int, float]]
"""Leads and revenue by key."""
Document = dict[str, Any]

KEYS = {
    "all": "''",
    "day": "(created_at AT TIME ZONE %(zone)s)::date::text",
    "agency": "vendor_code",
    "campaign": "campaign_source",
    "agent": "COALESCE((SELECT email FROM core_user WHERE id = assigned_agent_id), '')",
    "state": "state",
}


@dataclass(frozen=True, slots=True)
class Read:
    """A cached read: what it is asked, the floor's part of days that it is made of, and where its document says what."""

    name: str
    title: str
    path: str
    params: Document
    part: str
    said: Callable[[Document], Sequence[tuple[str, Sums]]]
    since: Callable[[Document], str] | None = None

    def request(self, world: World, *, anew: bool) -> Request:
        path = self.path.replace("{code}", world.agency)
        asked = world.signed(get(path, self.params), "manager")
        return replace(asked, headers={**asked.headers, "Cache-Control": "no-cache"}) if anew else asked

    def check(self, world: World) -> None:
        """Every sum of the answer is that of the leads, grouped by SQL, to the cent."""
        fold(world)
        document = world.ask(self.request(world, anew=True))
        first = date.fromisoformat(self.since(document)) if self.since else first_day()
        for by, said in self.said(document):
            found = grouped(world, by, first, world.agency if "{code}" in self.path else None)
            wrong = sorted(key for key in said.keys() | found.keys() if said.get(key) != found.get(key))
            if wrong:
                told = f"by {by}, {wrong[0]!r}: answers {said.get(wrong[0])}, the leads say {found.get(wrong[0])}"
                raise RefusedError(Answer(200, b""), told)

    def case(self, world: World, *, anew: bool, statement: str = "daily") -> Case:
        """Computed anew, or answered with what is kept: each repetition looks at which it was."""
        expected = "miss" if anew else "hit"
        return Case(
            self.request(world, anew=anew),
            floor_of(statement, self.part),
            lambda way: way == expected,
            way_of,
        )

    def keep(self, world: World) -> None:
        """Have it kept: five minutes pass in a long run."""
        world.ask(self.request(world, anew=False))

    def kept(self, world: World) -> Case:
        """As it is kept."""
        self.keep(world)
        return self.case(world, anew=False)

    def operations(self) -> tuple[Operation, ...]:
        computed = partial(self.case, anew=True)
        return (
            Operation(self.name, self.title, computed, COMPUTED_AIMS, GROWTH, check=self.check),
            Operation(f"{self.name}-kept", "… as kept", self.kept, KEPT_AIMS, GROWTH),
        )


def fold(world: World) -> None:
    """What a worker does every ten seconds; none runs here, and other operations have changed many leads."""
    with connected_to(world.database.name):
        fold_counts()
        fold_steps()


def first_day() -> date:
    return business_day() - timedelta(days=DAYS - 1)


def floor_of(statement: str, part: str) -> Work:
    """The days' sums as a table has them, or the leads grouped by day and agency."""
    if statement == "grouped":
        return Work(
            "grouped", {"zone": str(business_zone()), "since": day_bounds(first_day())[0].isoformat()}
        )
    return Work("daily", {"dimension": part, "first": first_day().isoformat()})


def grouped(world: World, by: str, first: date, agency: str | None) -> Sums:
    """Leads and revenue since `first`, from the leads alone."""
    sql = f"""
        SELECT {KEYS[by]}, count(*),
               COALESCE(sum(lead_value) FILTER (WHERE disposition NOT IN ('Returned', 'Duplicate')), 0)::float
          FROM leads_lead WHERE created_at >= %(since)s AND (%(agency)s::text IS NULL OR vendor_code = %(agency)s) GROUP BY 1
    """
    given = {"zone": str(business_zone()), "since": day_bounds(first)[0], "agency": agency}
    return {key: (leads, revenue) for key, leads, revenue in world.connection.execute(sql.encode(), given)}


def way_of(answer: Answer) -> str:
    return answer.headers.get("x-cache", "")


def rows(found: Sequence[Document], key: str) -> Sums:
    """Leads and revenue of a table's rows; one without leads says nothing."""
    return {row[key]: (row["leads"], row["revenue"]) for row in found if row["leads"]}


def of_statistics(document: Document) -> Sequence[tuple[str, Sums]]:
    revenue = document["revenue"]
    days = [{**point, "revenue": point["value"]} for point in revenue["trend"]]
    total = {"": (document["leads"]["total"], revenue["total"])}
    return [("all", total), ("day", rows(days, "date"))]


def of_analytics(document: Document) -> Sequence[tuple[str, Sums]]:
    points = zip(document["labels"], document["leads"], document["revenue"], strict=True)
    return [("day", {label: (leads, revenue) for label, leads, revenue in points if leads})]


def of_agents(document: Document) -> Sequence[tuple[str, Sums]]:
    return [("agent", rows([*document["agents"], {**document["unassigned"], "email": ""}], "email"))]


def of_agencies(document: Document) -> Sequence[tuple[str, Sums]]:
    return [
        ("agency", rows([{**one["performance"], "code": one["code"]} for one in document["data"]], "code"))
    ]


def of_agency(document: Document) -> Sequence[tuple[str, Sums]]:
    totals = document["totals"]
    return [("all", {"": (totals["leads"], totals["revenue"])}), ("day", rows(document["daily"], "date"))]


def of_report(document: Document) -> Sequence[tuple[str, Sums]]:
    total = {"": (document["totalLeads"], document["totalRevenue"])}
    tables = [("agency", "byVendor"), ("agent", "byAgent"), ("state", "byState")]
    return [("all", total), *((by, rows(document[name], "code")) for by, name in tables)]


STATISTICS = Read(
    "stats", "GET /admin/stats, computed", "/api/admin/stats", {"period": PERIOD}, "agency", of_statistics
)
READS = (
    STATISTICS,
    Read(
        "analytics",
        "GET /admin/analytics, computed",
        "/api/admin/analytics",
        {"period": PERIOD},
        "agency",
        of_analytics,
    ),
    Read(
        "analytics-agents",
        "GET /admin/analytics/agents, computed",
        "/api/admin/analytics/agents",
        {"period": PERIOD, "metric": "revenue"},
        "agent",
        of_agents,
    ),
    Read(
        "agencies",
        "GET /agencies, computed",
        "/api/agencies",
        {"limit": 200},
        "campaign",
        of_agencies,
        lambda document: str(document["data"][0]["performance"]["window"]["start"]),
    ),
    Read(
        "agency",
        "GET /agencies/{code}/stats, computed",
        "/api/agencies/{code}/stats",
        {"period": PERIOD},
        "campaign",
        of_agency,
    ),
    Read(
        "report",
        "GET /reports/summary, computed",
        "/api/reports/summary",
        {"period": PERIOD},
        "campaign",
        of_report,
    ),
)


def exported(world: World, *, form: str) -> Case:
    asked = get("/api/reports/export", {"period": PERIOD, "format": form})
    return Case(
        world.signed(asked, "manager"),
        floor_of("daily", "campaign"),
        lambda body: body.startswith(FILES[form]),
        lambda answer: answer.body,
    )


OPERATIONS = (
    *STATISTICS.operations(),
    Operation(
        "stats-grouped",
        "… computed, beside a GROUP BY of the leads",
        partial(STATISTICS.case, anew=True, statement="grouped"),
    ),
    Operation(
        "stats-together",
        "… as kept, clients together",
        partial(STATISTICS.case, anew=False),
        clients=8,
        check=STATISTICS.keep,
    ),
    *(operation for read in READS[1:] for operation in read.operations()),
    *(
        Operation(
            f"report-{form}",
            f"GET /reports/export?format={form}",
            partial(exported, form=form),
            growth=GROWTH,
        )
        for form in FILES
    ),
)
