"""Paths and users: spaces, lengths, root, a plain user, folders that are closed or somebody else's."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import environ
import pytest
import redis

from crm.engines.accounts import can_reach, make_private_folder
from crm.engines.placement import staged
from crm.engines.postgres import SETTINGS, Postgres
from crm.engines.processes import Account, EngineError
from crm.engines.tests.conftest import Hold, Holder
from crm.engines.valkey import Valkey

NOBODY = Account(65534, 65534)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def owner_of(pid: int) -> str:
    return pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name


def works(holder: Holder) -> bool:
    """Whether the addresses work in the spelling of the libraries that read them."""
    redis.Redis.from_url(holder.settings["REDIS_URL"]).set("a", "b")
    config = environ.Env.db_url_config(holder.settings["DATABASE_URL"])
    host = config["OPTIONS"]["host"]
    return holder.query("SELECT 1") == [(1,)] and Path(host, ".s.PGSQL.5432").is_socket()


@pytest.mark.parametrize(
    "name", ["spaces, Umläute and %20", pytest.param("long" * 30, marks=pytest.mark.slow)]
)
def test_any_path_will_do(plain_root: Path, hold: Hold, name: str) -> None:
    assert works(hold(plain_root / name / "var"))


@as_root
def test_root_runs_the_servers_as_nobody(folder: Path, hold: Hold) -> None:
    assert {owner_of(pid) for pid in hold(folder).pids.values()} == {"nobody"}


@pytest.mark.slow
@as_root
def test_under_a_closed_folder_root_keeps_the_data_elsewhere(plain_root: Path, hold: Hold) -> None:
    closed = plain_root / "closed"
    closed.mkdir(mode=0o700)
    first = hold(closed / "var")
    first.query("CREATE TABLE kept AS SELECT 42 AS answer")
    first.leave()
    place = (closed / "var" / "postgres").resolve()
    moved = closed.rename(plain_root / "moved")

    again = hold(moved / "var")
    assert works(again)
    assert again.query("SELECT answer FROM kept") == [(42,)]
    assert (moved / "var" / "postgres").resolve() == place
    assert moved.stat().st_mode & 0o777 == 0o700
    again.leave()
    for name in ("postgres", "valkey"):
        shutil.rmtree((moved / "var" / name).resolve())


@as_root
def test_a_plain_user_can_start_them_and_root_after_him(plain_root: Path, hold: Hold) -> None:
    python = next((p for p in ("/usr/bin/python3", sys.executable) if runs_for_nobody(p)), None)
    if python is None:
        pytest.skip("no Python here that a plain user could run")
    mine = plain_root / "mine"
    mine.mkdir()
    os.chown(mine, NOBODY.uid, NOBODY.gid)
    site = str(Path(redis.__file__).parents[1])
    environment = {"PYTHONPATH": site, "PATH": os.defpath}
    first = hold(
        mine / "var", python=python, user=NOBODY.uid, group=NOBODY.gid, extra_groups=[], env=environment
    )

    assert {owner_of(pid) for pid in first.pids.values()} == {"nobody"}
    assert first.query("SELECT 1") == [(1,)]
    first.leave()
    assert works(hold(mine / "var"))


def runs_for_nobody(python: str) -> bool:
    site = Path(redis.__file__).parents[1]
    code = f"import sys, os; sys.exit(sys.version_info < (3, 11) or not os.access({str(site)!r}, os.R_OK))"
    try:
        return (
            subprocess.run([python, "-c", code], user=NOBODY.uid, group=NOBODY.gid, check=False).returncode
            == 0
        )
    except OSError:
        return False


@as_root
def test_without_nobody_root_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.engines.accounts.pwd.getpwnam", {}.__getitem__)
    with pytest.raises(EngineError, match="no user 'nobody'"):
        _ = Postgres(folder / "new").account


@as_root
def test_a_folder_of_somebody_else_is_refused(plain_root: Path) -> None:
    trap = plain_root / "trap"
    trap.mkdir()
    os.chown(trap, 12345, 12345)
    with pytest.raises(EngineError, match="belongs to user 12345"):
        make_private_folder(trap, NOBODY)


@as_root
def test_programs_in_a_closed_folder_are_copied_with_their_libraries(plain_root: Path) -> None:
    closed = plain_root / "closed"
    tool, library = closed / "tool" / "bin" / "tool", closed / "tool.libs" / "libtool.so"
    for path in (tool, library):
        path.parent.mkdir(parents=True)
        path.write_text("#!/bin/sh\n")
    tool.chmod(0o700)
    closed.chmod(0o700)
    packages = [closed / "tool", closed / "tool.libs"]

    copy = staged(tool, packages, NOBODY)
    assert can_reach(NOBODY, copy)
    assert copy.stat().st_mode & 0o777 == 0o755
    assert (copy.parents[2] / "tool.libs" / "libtool.so").exists()
    assert staged(tool, packages, NOBODY) == copy
    assert staged(tool, packages, None) == tool
    shutil.rmtree(copy.parents[2])


def test_a_cluster_of_another_version_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Postgres, "major", 99)
    with pytest.raises(EngineError, match=r"made by PostgreSQL \d+, here is 99"):
        Postgres(folder).start()


def test_a_server_that_does_not_come_up_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SETTINGS, "shared_buffers", "nonsense")
    with pytest.raises(EngineError, match=r'(?s)stopped at once.*"shared_buffers": "nonsense"'):
        Postgres(folder).start()


def test_without_wheels_the_systems_servers_are_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setattr("crm.engines.engine.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Valkey(folder).server == server

    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("crm.engines.postgres.SYSTEM_PLACES", f"{tmp_path}/*/bin/postgres")
    with pytest.raises(EngineError, match="set REDIS_URL"):
        _ = Valkey(folder).server
    with pytest.raises(EngineError, match="set DATABASE_URL"):
        _ = Postgres(folder).bin
