"""Runs programs side by side, copies what they say, and takes them all down together."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm.engines.addresses import BASE_DIR
from crm.engines.console import Console
from crm.engines.processes import kill_group, spawn
from crm.engines.watchdog import Watchdog

TICK_SECONDS = 0.1
CHUNK = 65536
Steps = Sequence[tuple[signal.Signals, float]]


@dataclass
class Child:
    """A program we run, with the start of a line that it has not finished yet."""

    name: str
    process: subprocess.Popen[bytes]
    steps: Steps
    rest: bytes = field(default=b"", repr=False)


class Supervisor:
    """The running children, oldest first. One thread only: the kernel ties their lives to it."""

    def __init__(self, console: Console, environ: Mapping[str, str], keep: int) -> None:
        self.console = console
        self.environ = environ
        self.keep = keep
        self.children: list[Child] = []
        self.hurry = False  # set when asked to stop a second time
        self._selector = selectors.DefaultSelector()
        self._watchdog = Watchdog()

    def start(self, name: str, argv: Sequence[str], *, death_signal: signal.Signals, steps: Steps) -> Child:
        process = spawn(
            argv,
            death_signal=death_signal,
            output=subprocess.PIPE,
            cwd=BASE_DIR,
            env=self.environ,
            keep=(self.keep,),
        )
        child = Child(name, process, steps)
        self.children.append(child)
        self._watchdog.watch(running.process.pid for running in self.children)
        assert process.stdout is not None  # noqa: S101 (asked for with PIPE)
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, child)
        return child

    def pump(self, seconds: float = TICK_SECONDS) -> None:
        """Copy whatever the children say, for at most about that long."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            self._copy(key.data, key.fd)

    def ended(self) -> Child | None:
        """A child that is no longer running, if there is one."""
        return next((child for child in self.children if child.process.poll() is not None), None)

    def wait(self, child: Child) -> int:
        """Run a child that is meant to end; it is forgotten afterwards."""
        while child.process.poll() is None:
            self.pump()
        self._forget(child)
        return child.process.returncode

    def stop(self) -> None:
        """Stop the children, the youngest first."""
        while self.children:
            child = self.children[-1]
            for number, seconds in child.steps:
                self._ask(child, number, seconds)
            self._forget(child)
        self._watchdog.close()

    def _ask(self, child: Child, number: signal.Signals, seconds: float) -> None:
        if child.process.poll() is None:
            child.process.send_signal(number)
        deadline = time.monotonic() + seconds
        while child.process.poll() is None and time.monotonic() < deadline and not self.hurry:
            self.pump()

    def _forget(self, child: Child) -> None:
        kill_group(child.process)
        stdout = child.process.stdout
        assert stdout is not None  # noqa: S101
        if stdout in self._selector.get_map():
            self._copy(child, stdout.fileno())
            if stdout in self._selector.get_map():
                self._selector.unregister(stdout)
        stdout.close()
        self.children.remove(child)
        self._watchdog.watch(running.process.pid for running in self.children)

    def _copy(self, child: Child, fd: int) -> None:
        try:
            chunk = os.read(fd, CHUNK)
        except BlockingIOError:
            return
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        if not chunk:
            self._selector.unregister(fd)
            lines, child.rest = ([child.rest] if child.rest else []), b""
        for line in lines:
            self.console.line(child.name, line.decode(errors="replace").rstrip("\r"))
