"""Leases taken by this very process; test_sharing.py looks at several processes."""

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from crm.engines import entry, leases, programs
from crm.engines.leases import local_engines
from crm.engines.processes import EngineError
from crm.engines.tests.conftest import Hold
from crm.engines.valkey import Valkey

WITHOUT_POSTGRES = {"DATABASE_URL": "postgres://elsewhere"}


def test_a_lease_of_a_running_engine_is_a_joined_one(folder: Path) -> None:
    with local_engines(folder, WITHOUT_POSTGRES) as first:
        with local_engines(folder, WITHOUT_POSTGRES) as second:
            assert [lease.engine.title for lease in first.started] == ["Valkey"]
            assert second.started == []
            assert first.settings == second.settings
        assert Valkey(folder).answers()
    assert not Valkey(folder).answers()


def test_ctrl_c_stops_the_engines_under_the_others(
    folder: Path, hold: Hold, capfd: pytest.CaptureFixture[str]
) -> None:
    with local_engines(folder, WITHOUT_POSTGRES):
        joined = hold(folder, WITHOUT_POSTGRES)
        assert joined.pids == {}
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    assert "others still use Valkey" in (said := capfd.readouterr().err)
    assert "stopping Valkey under the others" in said
    assert not Valkey(folder).answers()


def test_a_start_that_hangs_elsewhere_is_not_waited_for_forever(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(leases, "STARTING_SECONDS", 0.2)
    monkeypatch.setattr("crm.engines.locks.QUIET_SECONDS", 0)
    starting = Valkey(folder).lock("starting").held(seconds=0)
    with (
        starting,
        pytest.raises(EngineError, match="Valkey did not start"),
        local_engines(folder, WITHOUT_POSTGRES),
    ):
        pass
    assert "another command is starting or stopping Valkey" in capfd.readouterr().err


def test_old_servers_that_do_not_end_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.engines.engine.LEFTOVER_SECONDS", 0)
    with (
        Valkey(folder).lock("server").held(seconds=0),
        pytest.raises(EngineError, match="still shutting down"),
    ):
        Valkey(folder).start()


def test_a_command_runs_on_engines_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def remember(_argv: list[str]) -> int:
        seen.update(os.environ)
        assert Valkey(folder).answers()
        return 0

    monkeypatch.setattr(entry, "_run", remember)
    monkeypatch.setenv("DATA_DIR", str(folder))
    for name, value in {**WITHOUT_POSTGRES, "REDIS_URL": "", programs.CARRIER: ""}.items():
        monkeypatch.setenv(name, value)
    assert entry.run_command(["manage.py", "migrate"]) == 0
    assert seen["REDIS_URL"] == Valkey(folder).url
    assert seen[programs.CARRIER] == str(os.getpid())


def test_an_engine_that_fails_is_a_message_and_not_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr("crm.engines.locks.FileLock.acquire", refuse)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "")
    assert entry.run_command(["manage.py", "migrate"]) == 1
    assert "choose another DATA_DIR" in capsys.readouterr().err


def test_help_needs_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("REDIS_URL", "")
    assert entry.run_command(["manage.py", "help", "--commands"]) == 0
    assert {"serve", "web", "worker", "beat"} < set(capsys.readouterr().out.split())


def test_a_program_ends_with_its_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setenv(programs.CARRIER, str(os.getpid()))
    real = subprocess.Popen

    def started(argv: list[str]) -> "subprocess.Popen[bytes]":
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        return real(argv)

    monkeypatch.setattr("crm.engines.programs.subprocess.Popen", started)
    assert programs.become(["/bin/sleep", "3600"]) == -signal.SIGTERM
    for number, handler in handlers.items():
        signal.signal(number, handler)
