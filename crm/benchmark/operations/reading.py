"""Lists, filters, a page far down, one lead."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from crm.benchmark.client import get
from crm.benchmark.floor import Work
from crm.benchmark.operations.model import Case, Operation, holds_leads
from crm.benchmark.results import statements, times, times_of, within
from crm.benchmark.world import World
from crm.core.api.pagination import SIGNER, Position
from crm.core.clock import business_day, day_bounds

LIST = "/api/leads"
DEEP = 0.8  # of the way through the list
LIST_AIMS = (times(4, "W"), times(8, "W", "p95"), within(200), statements(4))
GROWTH = 1.5


def newest(world: World) -> Case:
    return _listed(world, {}, Work("list", {}))


def deep_page(world: World) -> Case:
    """A cursor as the API would have given it out, made from its first one and a row far down."""
    first = world.ask(world.signed(get(LIST), "manager"))["pagination"]["cursor"]
    place = round(world.size * (1 - DEEP)) + world.random.randrange(world.size // 20)
    found = world.connection.execute(
        "SELECT public_id, id, created_at FROM floor.leads WHERE id = %s", [max(place, 60)]
    ).fetchone()
    assert found is not None  # noqa: S101 - places are counted without gaps
    lead_id, row, created_at = found
    position = replace(Position(*SIGNER.unsign_object(first)), value=created_at, pk=str(lead_id))
    return _listed(
        world,
        {"cursor": position.encode()},
        Work("page", {"created_at": created_at.isoformat(), "id": row}),
    )


def by_disposition(world: World) -> Case:
    disposition = world.lead().disposition
    return _listed(world, {"disposition": disposition}, Work("disposition", {"disposition": disposition}))


def by_vendor_and_disposition(world: World) -> Case:
    lead = world.lead()
    wanted = {"vendor_code": lead.vendor_code, "disposition": lead.disposition}
    return _listed(world, wanted, Work("vendor_disposition", wanted))


def by_agent(world: World) -> Case:
    lead = world.lead(agent=True)
    return _listed(world, {"assigned_agent": lead.agent_email}, Work("agent", {"agent": lead.agent}))


def by_state(world: World) -> Case:
    state = world.lead(state=True).state
    return _listed(world, {"state": state}, Work("state", {"state": state}))


def by_campaign(world: World) -> Case:
    campaign = world.lead(campaign_source=True).campaign_source
    return _listed(world, {"campaign_source": campaign}, Work("campaign", {"campaign": campaign}))


def by_tag(world: World) -> Case:
    tag = world.random.choice(world.lead(tags=True).tags)
    return _listed(world, {"tag": tag}, Work("tag", {"tag": tag}))


def by_quality(world: World) -> Case:
    least = world.random.randrange(6, 10)
    return _listed(world, {"minQuality": least}, Work("quality", {"least": least}))


def by_deadline(world: World) -> Case:
    """Two to four months, or as long as it takes to the next one known."""
    first = business_day()
    ahead = (lead.filing_deadline for lead in world.known if lead.filing_deadline)
    nearest = min((deadline - first).days for deadline in ahead if deadline >= first)
    days = max(nearest, world.random.randrange(60, 120))
    last = first + timedelta(days=days)
    return _listed(
        world,
        {"deadlineWithin": days},
        Work("deadline", {"first": first.isoformat(), "last": last.isoformat()}),
    )


def by_dates(world: World) -> Case:
    first = business_day(world.lead().created_at)
    last = first + timedelta(days=world.random.randrange(1, 14))
    bounds = day_bounds(first)[0].isoformat(), day_bounds(last)[1].isoformat()
    return _listed(
        world,
        {"startDate": first.isoformat(), "endDate": last.isoformat()},
        Work("dates", {"first": bounds[0], "last": bounds[1]}),
    )


def own_leads(world: World) -> Case:
    agent = next(agent_id for agent_id, email in world.agents if email.startswith("agent1@"))
    return _listed(world, {}, Work("agent", {"agent": agent}), who="agent")


def one_lead(world: World) -> Case:
    lead = world.lead()
    return Case(
        world.signed(get(f"{LIST}/{lead.id}"), "manager"),
        Work("detail", {"id": lead.row}),
        lambda document: document["lead_id"] == str(lead.id) and bool(document["update_history"]),
    )


def _listed(world: World, params: Mapping[str, object], work: Work, who: str = "manager") -> Case:
    return Case(world.signed(get(LIST, params), who), work, holds_leads)


OPERATIONS = (
    Operation("list", "GET /leads, newest", newest, LIST_AIMS, GROWTH),
    Operation("page", "GET /leads, page at 80 %", deep_page, (times_of(1.2, "list"), within(200)), GROWTH),
    Operation("disposition", "GET /leads?disposition=", by_disposition, LIST_AIMS, GROWTH),
    Operation("vendor", "… vendor_code, disposition", by_vendor_and_disposition, LIST_AIMS, GROWTH),
    Operation("agent", "… assigned_agent", by_agent, LIST_AIMS, GROWTH),
    Operation("own", "… by an agent: own leads", own_leads, LIST_AIMS, GROWTH),
    Operation("state", "… state", by_state, LIST_AIMS, GROWTH),
    Operation("campaign", "… campaign_source", by_campaign, LIST_AIMS, GROWTH),
    Operation("tag", "… tag", by_tag, LIST_AIMS, GROWTH),
    Operation("quality", "… minQuality", by_quality, LIST_AIMS, GROWTH),
    Operation("deadline", "… deadlineWithin", by_deadline, LIST_AIMS, GROWTH),
    Operation("dates", "… startDate, endDate", by_dates, LIST_AIMS, GROWTH),
    Operation(
        "list-together", "… the same, clients together", by_vendor_and_disposition, (), None, clients=8
    ),
    Operation("detail", "GET /leads/{id}, with history", one_lead, (), GROWTH),
)
