"""The benchmark: figures, aims and tables; and, where slow tests are asked for, a whole small run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from crm.benchmark import report
from crm.benchmark.floor import STATEMENTS, Work
from crm.benchmark.operations import OPERATIONS, numbers
from crm.benchmark.results import (
    BARE,
    OURS,
    RAW,
    Result,
    Timing,
    growth,
    per_second,
    statements,
    times,
    times_of,
    within,
)
from crm.engines.addresses import BASE_DIR

LEADS = 300


def timing(p50: float, p95: float = 0.0, rate: float = 0.0) -> Timing:
    return Timing(p50=p50, p95=p95 or p50, count=1, per_second=rate)


def test_a_timing_has_percentiles_in_milliseconds_and_what_was_done_in_a_second() -> None:
    found = Timing.of([0.001] * 90 + [0.010] * 10, seconds=0.5)
    assert (found.p50, found.p95, found.count) == (1.0, 10.0, 100)
    assert found.per_second == 200


def test_aims_compare_with_the_floor_with_other_operations_and_with_fixed_limits() -> None:
    result = Result({OURS: timing(8, 30, rate=120), BARE: timing(2, 3), RAW: timing(1)}, statements=4)
    beside = {"list": Result({OURS: timing(7)})}
    judged = {
        times(4, BARE): True,
        times(3.9, BARE): False,
        times(8, RAW): True,
        times(9, BARE, "p95"): False,
        times_of(1.2, "list"): True,
        times_of(1.1, "list"): False,
        within(200): True,
        within(29): False,
        statements(4): True,
        statements(3): False,
        per_second(100): True,
        per_second(121): False,
    }
    for aim, expected in judged.items():
        value = aim.value(result, beside)
        assert value is not None
        assert aim.is_met(value) is expected, aim.text


def test_an_aim_without_its_figures_is_not_judged() -> None:
    nothing = Result(note="not available (404)")
    for aim in (times(4, BARE), times_of(1.2, "list"), within(200), statements(4), per_second(1)):
        assert aim.value(nothing, {}) is None


def test_growth_is_from_the_smallest_size() -> None:
    measured = {1000: {"list": Result({OURS: timing(4)})}, 9000: {"list": Result({OURS: timing(6)})}}
    assert growth("list", 9000, measured) == 1.5
    assert growth("list", 1000, measured) is None
    verdict = next(one for one in report.judged(measured) if one.aim.startswith("growth"))
    assert (verdict.leads, verdict.value, verdict.is_met) == (9000, 1.5, True)


def test_a_row_that_could_not_be_measured_says_why_and_the_others_stand() -> None:
    measured = {
        1000: {
            "list": Result({OURS: timing(6), BARE: timing(2)}),
            "suggest": Result(note="not available (404)"),
        }
    }
    for is_markdown in (False, True):
        shown = report.tables(measured, is_markdown=is_markdown)
        assert "not available (404)" in shown
        assert "3.00" in shown  # times W
        assert "met" in shown
    document = report.document(measured, {})
    assert document["sizes"]["1000"]["list"]["ratios"] == {BARE: 3.0}
    assert document["sizes"]["1000"]["suggest"]["timings"] == {}


def test_where_nothing_was_measured_there_are_no_aims() -> None:
    shown = report.tables({1000: {"stats": Result(note="not available (404)")}}, is_markdown=False)
    assert "not available" in shown
    assert "Aims" not in shown


def test_sums_are_compared_with_those_of_the_leads_key_by_key() -> None:
    document = {
        "leads": {"total": 3},
        "revenue": {
            "total": 20.5,
            "trend": [
                {"date": "2026-11-01", "value": 20.5, "leads": 3},
                {"date": "2026-11-02", "value": 0.0, "leads": 0},
            ],
        },
    }
    assert numbers.of_statistics(document) == [("all", {"": (3, 20.5)}), ("day", {"2026-11-01": (3, 20.5)})]


def test_operations_have_names_of_their_own() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_the_floor_knows_what_writes() -> None:
    writes = {name for name in STATEMENTS if Work(name, {}).is_write}
    assert writes == {"create", "patch", "assign", "bulk_update", "bulk_assign"}


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--leads", "ten"], "numbers separated by commas"),
        (["--leads", "10"], "300 or more"),
        (["--only", "list,lists"], "Unknown: lists"),
        (["--profile", "nothing"], "Unknown: nothing"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_is_built(
    arguments: list[str], advice: str
) -> None:
    with pytest.raises(CommandError, match=advice):
        call_command("benchmark", *arguments)


def databases() -> set[str]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE '%benchmark%'"
        ).fetchall()
        return {name for (name,) in rows}


def run(*arguments: str) -> str:
    command = [sys.executable, str(BASE_DIR / "manage.py"), "benchmark", "--leads", str(LEADS), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_small_run_measures_every_operation_beside_its_floors_and_drops_its_database(
    tmp_path: Path,
) -> None:
    path = tmp_path / "figures.json"
    shown = run("-n", "3", "--seconds", "0.3", "--clients", "2", "--json", str(path))
    document = json.loads(path.read_text())
    assert {"date", "settings", "machine", "versions", "postgresql", "program", "aims"} <= document.keys()
    measured = document["sizes"][str(LEADS)]
    for operation in OPERATIONS:
        row = measured[operation.name]
        assert row["note"] == "", (operation.name, row["note"])
        sides = {OURS, BARE} if operation.clients > 1 else {OURS, BARE, RAW}
        assert row["timings"].keys() == sides, operation.name
        assert all(ratio > 0 for ratio in row["ratios"].values())
        assert row["statements"] >= 1
        assert operation.title in shown
    assert databases() == set()


@pytest.mark.slow
def test_a_kept_database_is_used_again_and_an_operation_can_be_profiled() -> None:
    try:
        run("--only", "list", "-n", "3", "--keep")
        kept = databases()
        assert len(kept) == 1
        shown = run("--profile", "list", "-n", "3", "--keep")
        assert databases() == kept
        assert "leads_lead" in shown  # its statements
        assert "cumtime" in shown
    finally:
        run("--only", "list", "-n", "3")
    assert databases() == set()
