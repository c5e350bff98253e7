"""Thousands of leads in one call, and its undo."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from crm.benchmark.client import Request, send_json
from crm.benchmark.floor import Work
from crm.benchmark.operations.model import Case, Operation
from crm.benchmark.operations.reading import LIST
from crm.benchmark.results import times
from crm.benchmark.world import World
from leads.choices import Disposition

BEFORE, AFTER = Disposition.CONTACTED.value, Disposition.QUALIFIED.value


def update(world: World, count: int) -> Case:
    leads = world.leads(count)
    ids = [lead_id for lead_id, _ in leads]
    world.stage(ids, disposition=BEFORE)
    return Case(
        _update(world, ids),
        Work("bulk_update", {"ids": [row for _, row in leads], "disposition": AFTER}),
        lambda document: document["updated_count"] == len(ids),
    )


def assign(world: World, count: int) -> Case:
    leads = world.leads(count)
    ids = [lead_id for lead_id, _ in leads]
    world.stage(ids, disposition=BEFORE, unassigned=True)
    asked = {"lead_ids": list(map(str, ids)), "assignment_strategy": "capacity_based"}
    rows = [row for _, row in leads]
    agents = [world.agents[place % len(world.agents)][0] for place in range(len(rows))]
    return Case(
        world.signed(send_json("POST", f"{LIST}/bulk-assign", asked), "manager"),
        Work("bulk_assign", {"ids": rows, "agents": agents}),
        lambda document: document["summary"]["successfully_assigned"] == len(ids),
    )


def undo(world: World, count: int) -> Case:
    """The floor writes back what it knows; ours finds it in the history and checks that nobody touched it since."""
    leads = world.leads(count)
    ids = [lead_id for lead_id, _ in leads]
    world.stage(ids, disposition=BEFORE)
    operation = world.ask(_update(world, ids))["operation_id"]
    return Case(
        world.signed(send_json("POST", f"/api/bulk-operations/{operation}/undo", {}), "manager"),
        Work("bulk_update", {"ids": [row for _, row in leads], "disposition": BEFORE}),
    )


def _update(world: World, ids: Sequence[UUID]) -> Request:
    asked = {"lead_ids": list(map(str, ids)), "updates": {"disposition": AFTER}}
    return world.signed(send_json("POST", f"{LIST}/bulk-update", asked), "manager")


OPERATIONS = (
    Operation("bulk-update-1k", "POST /leads/bulk-update, 1,000", partial(update, count=1000), is_heavy=True),
    Operation(
        "bulk-update-10k",
        "… 10,000",
        partial(update, count=10_000),
        (times(1.3, "S"), times(0.6, "S")),
        is_heavy=True,
    ),
    Operation(
        "bulk-assign-10k", "POST /leads/bulk-assign, 10,000", partial(assign, count=10_000), is_heavy=True
    ),
    Operation("undo-10k", "POST …/undo, 10,000", partial(undo, count=10_000), is_heavy=True),
)
