"""The law table: its file, its rows in force, loading it."""

import json
from collections.abc import Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from leads.choices import US_STATES
from leads.exceptions import InvalidInput
from leads.models import StateLaw
from leads.services.law import LawTable, is_edited, load_law, read_law

LAW = LawTable.from_file()
ROWS = read_law()
LOADED = len(ROWS)


def rule(state: str, crash: date) -> tuple[int, str]:
    row = LAW.injury(state, crash)
    assert row is not None
    return row.limit_years, row.fault_rule


def run(*args: str) -> str:
    out = StringIO()
    call_command("load_law", *args, stdout=out)
    return out.getvalue()


def file_of(folder: Path, *rows: Mapping[str, Any]) -> str:
    path = folder / "law.json"
    path.write_text(json.dumps(rows))
    return str(path)


@pytest.mark.parametrize("state", US_STATES)
def test_every_state_has_a_rule_for_any_crash(state: str) -> None:
    for crash in (date(1990, 1, 1), date(2026, 6, 1)):
        row = LAW.injury(state, crash)
        assert row is not None
        assert row.limit_years >= 1
        assert row.fault_rule
        assert row.statute
        assert row.source
        assert row.checked_on


def test_the_fault_rules_are_as_many_as_known() -> None:
    newest = [LAW.injury(state, date(2026, 6, 1)) for state in US_STATES]
    rules = [row.fault_rule for row in newest if row]

    assert {name: rules.count(name) for name in set(rules)} == {
        "contributory": 5,
        "pure": 10,
        "bar_50": 10,
        "bar_51": 25,
        "slight_gross": 1,
    }
    assert sum(row.bars_uninsured for row in newest if row) == 11


@pytest.mark.parametrize(
    ("state", "crash", "expected"),
    [
        (
            "FL",
            date(2023, 3, 23),
            (4, "bar_51"),
        ),  # every suit that can still be filed falls under the new bar
        ("FL", date(2023, 3, 24), (2, "bar_51")),
        ("LA", date(2024, 6, 30), (1, "pure")),
        ("LA", date(2024, 7, 1), (2, "pure")),
        ("LA", date(2026, 1, 1), (2, "bar_51")),
        ("KY", date(2026, 1, 1), (2, "pure")),
        ("CA", date(2026, 1, 1), (2, "pure")),
        ("CO", date(2026, 1, 1), (3, "bar_50")),
        ("MN", date(2026, 1, 1), (6, "bar_51")),
        ("TN", date(2026, 1, 1), (1, "bar_50")),
    ],
)
def test_the_row_in_force_is_the_one_of_the_crash(state: str, crash: date, expected: tuple[int, str]) -> None:
    assert rule(state, crash) == expected


def test_what_is_not_there_is_none() -> None:
    assert LAW.injury("PR", date(2026, 1, 1)) is None
    assert LAW.injury("CA", date(1899, 12, 31)) is None
    assert LAW.notice("WY", date(2026, 1, 1)) is None


def test_notices_to_governments_are_there() -> None:
    notices = {row["state"] for row in ROWS if row["claim_type"] == "government_notice"}

    assert notices == {"NY", "AZ", "CO", "CA", "TX", "AL", "GA"}


@pytest.mark.django_db
def test_the_table_is_read_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        table = LawTable.load(["FL", "CA"])
        assert table.injury("FL", date(2020, 1, 1)) is not None
        assert table.injury("NY", date(2020, 1, 1)) is None


@pytest.mark.django_db
def test_the_file_is_loaded_into_an_empty_table_and_is_then_unchanged() -> None:
    StateLaw.objects.all().delete()

    assert run() == f"{LOADED} created, 0 updated, 0 unchanged.\n"
    assert run() == f"0 created, 0 updated, {LOADED} unchanged.\n"
    assert not any(is_edited(row) for row in StateLaw.objects.all())


@pytest.mark.django_db
def test_a_newer_file_updates_rows_that_nobody_changed(tmp_path: Path) -> None:
    load_law(ROWS)
    missouri = {**next(row for row in ROWS if row["state"] == "MO"), "limit_years": 2}

    assert run(file_of(tmp_path, missouri)) == "0 created, 1 updated, 0 unchanged.\n"
    assert StateLaw.objects.get(state="MO").limit_years == 2


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"limit_years": 2}, {"source": "Confirmed by counsel"}])
def test_a_row_that_somebody_changed_is_kept_and_named(change: dict[str, Any]) -> None:
    load_law(ROWS)
    StateLaw.objects.filter(state="MO").update(**change)

    assert "MO personal_injury from 1900-01-01" in run()
    assert StateLaw.objects.filter(state="MO", **change).exists()

    assert run("--overwrite") == f"0 created, 1 updated, {LOADED - 1} unchanged.\n"
    assert StateLaw.objects.get(state="MO").limit_years == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "ZZ"},
        {"limit_years": 0},
        {"limit_years": "many"},
        {"fault_rule": "none"},
        {"effective_from": "soon"},
        {"limit_yaers": 3},
    ],
)
def test_a_file_with_a_wrong_row_changes_nothing(tmp_path: Path, wrong: dict[str, Any]) -> None:
    before = list(StateLaw.objects.values())
    rows = [{**ROWS[0], "limit_years": 9}, {**ROWS[1], **wrong}]

    with pytest.raises(InvalidInput):
        load_law(rows)
    with pytest.raises(CommandError, match="nothing was changed"):
        run(file_of(tmp_path, *rows))
    assert list(StateLaw.objects.values()) == before


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be loaded"):
        run(str(tmp_path / "missing.json"))
