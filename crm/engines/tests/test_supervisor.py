"""The supervisor with small children: what they say, how they end, what a killed one leaves behind."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.engines.addresses import BASE_DIR
from crm.engines.console import Console
from crm.engines.locks import FileLock
from crm.engines.supervisor import Child, Supervisor

PATIENT = ((signal.SIGTERM, 30.0),)
STUBBORN = "trap '' TERM INT; echo ready; while :; do sleep 60; done & wait"


class Stage:
    """A supervisor, a lock that its children inherit, and what was shown."""

    def __init__(self, tmp_path: Path) -> None:
        self.shown = io.StringIO()
        self.lock = FileLock(tmp_path / "lock")
        assert self.lock.acquire()
        self.supervisor = Supervisor(Console(self.shown), os.environ, self.lock.fd)

    def start(self, name: str, script: str, seconds: float = 30.0) -> Child:
        steps = ((signal.SIGTERM, seconds),)
        return self.supervisor.start(
            name, ["/bin/sh", "-c", script], death_signal=signal.SIGTERM, steps=steps
        )

    def pump_until_shown(self, text: str) -> None:
        while text not in self.shown.getvalue():
            self.supervisor.pump()

    def all_gone(self) -> bool:
        self.lock.release()
        return self.lock.acquire(seconds=30)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.supervisor.hurry = True
    stage.supervisor.stop()


def test_lines_come_out_behind_names_and_the_last_one_too(stage: Stage) -> None:
    child = stage.start("setup", "echo one; printf 'two, without an end'; echo three >&2; exit 3")
    assert stage.supervisor.wait(child) == 3
    assert stage.shown.getvalue() == "setup  | one\nsetup  | two, without an endthree\n"
    assert stage.supervisor.children == []


def test_a_child_that_ends_is_noticed(stage: Stage) -> None:
    stage.start("web", "exec sleep 60")
    short = stage.start("beat", "exit 0")
    while (ended := stage.supervisor.ended()) is None:
        stage.supervisor.pump()
    assert ended is short


def test_children_stop_in_order_the_youngest_first(stage: Stage) -> None:
    for name in ("web", "worker", "beat"):
        stage.start(
            name, f"trap 'echo {name} ends; exit' TERM; echo {name} runs; while :; do sleep 0.05; done"
        )
        stage.pump_until_shown(f"{name} runs")
    stage.supervisor.stop()
    ends = [line.split("| ")[1] for line in stage.shown.getvalue().splitlines() if line.endswith("ends")]
    assert ends == ["beat ends", "worker ends", "web ends"]
    assert stage.all_gone()


def test_a_stubborn_child_is_killed_with_its_children(stage: Stage) -> None:
    stage.start("web", STUBBORN, seconds=0.2)
    stage.pump_until_shown("ready")
    stage.supervisor.stop()
    assert stage.all_gone()


def test_in_a_hurry_nobody_is_waited_for(stage: Stage) -> None:
    stage.start("web", STUBBORN, seconds=3600)
    stage.pump_until_shown("ready")
    stage.supervisor.hurry = True
    stage.supervisor.stop()
    assert stage.all_gone()


KILLED = """
import sys
from pathlib import Path
from crm.engines.tests.test_supervisor import STUBBORN, Stage
stage = Stage(Path(sys.argv[1]))
stage.start("web", STUBBORN)
stage.pump_until_shown("ready")
print("up", flush=True)
sys.stdin.read()
"""


def test_a_killed_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    argv = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(argv, cwd=BASE_DIR, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        process.kill()
    assert FileLock(tmp_path / "lock").acquire(seconds=30)


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    colourful = Terminal()
    Console(colourful).say("hello")
    assert colourful.getvalue() == "\033[32mrun    |\033[0m hello\n"

    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    Console(plain).box(["a", "long line"])
    assert plain.getvalue() == "+-----------+\n| a         |\n| long line |\n+-----------+\n"
