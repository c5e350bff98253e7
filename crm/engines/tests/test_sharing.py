"""Who starts the engines, who joins, who stops them: with real processes, and kill -9."""

from pathlib import Path

import pytest

from crm.engines.postgres import Postgres
from crm.engines.tests.conftest import Hold, all_gone, introduced, launch
from crm.engines.valkey import Valkey


def answers(folder: Path) -> list[bool]:
    return [Postgres(folder).answers(), Valkey(folder).answers()]


def test_the_first_command_starts_the_engines_and_stops_them(plain_root: Path, hold: Hold) -> None:
    folder = plain_root / "new" / "var"
    first = hold(folder)
    assert set(first.pids) == {"postgres", "valkey"}
    assert answers(folder) == [True, True]
    assert first.query("SELECT current_database(), current_user") == [("crm", "crm")]

    assert first.leave() == 0
    assert answers(folder) == [False, False]
    assert all_gone(folder)


def test_a_second_command_joins(folder: Path, hold: Hold) -> None:
    first = hold(folder)
    second = hold(folder)

    assert second.pids == {}
    assert second.settings == first.settings
    assert second.leave() == 0
    assert answers(folder) == [True, True]


def test_the_starter_waits_for_those_who_joined(folder: Path, hold: Hold) -> None:
    first = hold(folder)
    second = hold(folder)

    first.ask_to_leave()
    assert first.process.stderr
    assert "others still use Valkey" in first.process.stderr.readline()
    assert second.query("SELECT 1") == [(1,)]

    second.leave()
    assert first.process.wait(60) == 0
    assert all_gone(folder)


def test_two_commands_at_once_start_one_server(folder: Path, plain_root: Path) -> None:
    processes = [launch(folder, plain_root / "root", {}) for _ in range(2)]
    holders = [introduced(process) for process in processes]

    assert sorted(len(holder.pids) for holder in holders) in ([0, 2], [1, 1])
    for holder in holders:
        holder.ask_to_leave()
    assert [holder.process.wait(60) for holder in holders] == [0, 0]


def test_a_killed_starter_takes_the_servers_along_and_the_data_stay(folder: Path, hold: Hold) -> None:
    first = hold(folder)
    first.query("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer")

    first.kill()
    assert all_gone(folder)

    again = hold(folder)
    assert again.query("SELECT answer FROM kept") == [(42,)]
    assert again.leave() == 0


@pytest.mark.slow
def test_a_start_right_after_a_kill_waits_for_the_dying_servers(folder: Path, hold: Hold) -> None:
    hold(folder).kill()
    assert set(hold(folder).pids) == {"postgres", "valkey"}


@pytest.mark.slow
def test_a_half_made_cluster_is_made_again(folder: Path, hold: Hold) -> None:
    (folder / "postgres" / "data").rename(folder / "postgres" / "data.new")  # as if killed before the rename

    assert hold(folder).query("SELECT 1") == [(1,)]


@pytest.mark.slow
def test_two_folders_stand_side_by_side(folder: Path, plain_root: Path, hold: Hold) -> None:
    one, other = hold(folder), hold(plain_root / "other")
    one.query("CREATE TABLE IF NOT EXISTS here (id int)")

    assert one.settings != other.settings
    assert other.query("SELECT to_regclass('here')") == [(None,)]


def test_only_what_has_no_address_is_started(folder: Path, hold: Hold) -> None:
    holder = hold(folder, {"REDIS_URL": "redis://elsewhere"})
    assert set(holder.pids) == {"postgres"}
    assert set(holder.settings) == {"DATABASE_URL"}
