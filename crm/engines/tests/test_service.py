"""The phases of a run, with small programs in place of the real ones."""

import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm.engines import programs, service
from crm.engines.console import Console
from crm.engines.locks import FileLock
from crm.engines.service import Options, Service

WEB = """
import http.server, sys
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
"""


class Terminal(io.StringIO):
    """Does something when a certain text is shown."""

    def __init__(self, awaited: str, act: Callable[[], None]) -> None:
        super().__init__()
        self.awaited, self.act = awaited, act

    def write(self, text: str) -> int:
        written = super().write(text)
        if re.search(self.awaited, text):
            self.act()
        return written


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def small_programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Instead of the real ones; and our own signal handlers come back."""
    monkeypatch.setattr(programs, "prepare", lambda leads, demo: ["/bin/echo", f"prepared {leads} {demo}"])
    monkeypatch.setattr(programs, "web", lambda host, port, *_: [sys.executable, "-c", WEB, str(port)])
    monkeypatch.setattr(programs, "worker", lambda *_: ["/bin/sleep", "3600"])
    monkeypatch.setattr(programs, "beat", lambda *_: ["/bin/sleep", "3600"])
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


class Stage:
    """Runs a service to its end."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.lock = folder, port, FileLock(folder / "lock")
        assert self.lock.acquire()

    def run(
        self, awaited: str = "Ctrl-C", act: Callable[[], None] = interrupt, **options: bool
    ) -> tuple[int, str]:
        terminal = Terminal(awaited, act)
        chosen = Options("127.0.0.1", self.port, 7, **{"demo": True, **options})
        code = Service(chosen, Console(terminal), self.folder, self.lock).run()
        self.lock.release()
        assert self.lock.acquire(seconds=30), "a program is left"
        return code, terminal.getvalue()


@pytest.fixture
def stage(tmp_path: Path, port: int) -> Stage:
    return Stage(tmp_path, port)


def test_it_prepares_then_serves_until_ctrl_c(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "of-my-own")
    code, said = stage.run()
    assert code == 0
    assert "setup  | prepared 7 True" in said
    assert f"http://127.0.0.1:{stage.port}/admin/" in said
    assert "agent1@demo.test ... agent8@demo.test" in said
    assert "of-my-own" in said
    assert said.endswith(f"stopped; the data stay in {stage.folder}\n")


def test_without_demo_data_no_accounts_are_named(stage: Stage) -> None:
    code, said = stage.run(demo=False)
    assert code == 0
    assert "prepared 7 False" in said
    assert "demo.test" not in said


def test_a_failed_preparation_ends_the_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "prepare", lambda *_: ["/bin/sh", "-c", "echo no such table; exit 3"])
    code, said = stage.run()
    assert code == 1
    assert "setup  | no such table\nerror  | preparing the database failed (exit code 3)" in said


def test_a_program_that_ends_takes_the_others_along(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "beat", lambda *_: ["/bin/sh", "-c", "exit 5"])
    code, said = stage.run("never shown")
    assert code == 1
    assert "beat ended by itself (exit code 5); stopping everything" in said


def test_a_web_that_never_answers_ends_the_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "web", lambda *_: ["/bin/sleep", "3600"])
    monkeypatch.setattr(service, "READY_SECONDS", 0)
    code, said = stage.run("never shown")
    assert code == 1
    assert "no answer from web in 0 s" in said


def test_ctrl_c_during_the_preparation_ends_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "prepare", lambda *_: ["/bin/sh", "-c", "echo begun; sleep 3600"])
    code, said = stage.run("begun")
    assert code == 0
    assert "http://" not in said


def test_a_second_ctrl_c_waits_for_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = "trap 'echo not yet' TERM; echo begun; while :; do sleep 0.05; done"
    monkeypatch.setattr(programs, "prepare", lambda *_: ["/bin/sh", "-c", stubborn])
    monkeypatch.setattr(service, "SOON", ((signal.SIGTERM, 3600.0),))
    code, said = stage.run("begun|not yet")
    assert code == 0
    assert "not yet" in said
