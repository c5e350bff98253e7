"""One run of the whole service: its phases, and how it ends."""

import http.client
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from crm.engines import programs
from crm.engines.console import Console
from crm.engines.leases import Engines, local_engines
from crm.engines.locks import FileLock
from crm.engines.supervisor import Child, Steps, Supervisor

# True on a demo machine, and no news: the worker runs as root, static files come from their sources.
QUIET = "ignore:You're running the worker,ignore:No directory at"
SOON: Steps = ((signal.SIGTERM, 5.0),)
PATIENTLY: Steps = (
    (signal.SIGTERM, 10.0),
)  # requests and jobs may end; the broker hands out again what did not
READY_SECONDS = 180.0  # uvicorn restarts its processes for ever: a broken one never ends by itself
PROBE_SECONDS = 5.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 (a name to ask, not to bind)
ACCOUNTS = (
    "admin@demo.test, manager@demo.test",
    "agent1@demo.test ... agent8@demo.test",
    "vendor1@demo.test ... vendor5@demo.test",
)


@dataclass(frozen=True)
class Options:
    """What `serve` was asked for."""

    host: str
    port: int
    leads: int
    demo: bool

    @property
    def asked_at(self) -> str:
        """The host to reach the server under from this machine."""
        return EVERYWHERE.get(self.host, self.host)

    @property
    def url(self) -> str:
        host = "localhost" if self.host in EVERYWHERE else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


class Service:
    """Engines, then the database's preparation, then the programs, until somebody or something ends it."""

    def __init__(self, options: Options, console: Console, folder: Path, lock: FileLock) -> None:
        self.options = options
        self.console = console
        self.folder = folder
        self.began = time.monotonic()
        environ = {**os.environ, "HOST": options.host, "PORT": str(options.port), "PYTHONUNBUFFERED": "1"}
        environ.pop(
            "PYTHONDONTWRITEBYTECODE", None
        )  # else every process compiles us anew, half a second each
        environ.setdefault("LOG_FORMAT", "console")
        environ.setdefault("PYTHONWARNINGS", QUIET)
        self.environ = environ
        self.supervisor = Supervisor(console, environ, lock.fd)
        self.web_began = self.began
        self.ready = False
        self.stop_asked = False

    def run(self) -> int:
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # it is ignored under nohup
            signal.signal(signal.SIGHUP, self._on_signal)
        try:
            with local_engines(self.folder, os.environ) as engines:
                self._announce(engines)
                self.environ.update(engines.settings)
                try:
                    return self._run_on(engines)
                finally:
                    self.supervisor.stop()
        except KeyboardInterrupt:
            self.console.say(f"stopped; the data stay in {self.folder}")
            return 0

    def _run_on(self, engines: Engines) -> int:
        setup = self._start("setup", programs.prepare(self.options.leads, self.options.demo), SOON)
        if code := self.supervisor.wait(setup):
            self.console.error(f"preparing the database failed (exit code {code})")
            return 1
        self.web_began = time.monotonic()
        self._start("web", programs.web(self.options.host, self.options.port, 2, "warning"), PATIENTLY)
        return self._watch(engines)

    def _start_background(self) -> None:
        self._start("worker", programs.worker(2, "WARNING"), (*PATIENTLY, (signal.SIGQUIT, 3.0)))
        self._start("beat", programs.beat("WARNING"), SOON)

    def _start(self, name: str, argv: list[str], steps: Steps) -> Child:
        return self.supervisor.start(name, argv, death_signal=signal.SIGTERM, steps=steps)

    def _watch(self, engines: Engines) -> int:
        while not (failure := self._failure(engines)):
            self.supervisor.pump()
            if not self.ready and answers(self.options):
                self.ready = True
                self._start_background()  # not before: on two cores it would double the wait for an answer
                self._welcome()
        self.console.error(f"{failure}; stopping everything")
        return 1

    def _failure(self, engines: Engines) -> str:
        if (child := self.supervisor.ended()) is not None:
            return f"{child.name} ended by itself (exit code {child.process.returncode})"
        for lease in engines.started:
            if lease.process is not None and lease.process.poll() is not None:
                return f"{lease.engine.title} ended by itself, see {lease.engine.log}"
        if not self.ready and time.monotonic() > self.web_began + READY_SECONDS:
            return f"no answer from web in {READY_SECONDS:.0f} s"
        return ""

    def _announce(self, engines: Engines) -> None:
        for lease in engines.leases:
            verb = "joined" if lease.process is None else "started"
            self.console.say(f"{lease.engine.title} {verb}, data in {lease.engine.home.resolve()}")

    def _welcome(self) -> None:
        url = self.options.url
        lines = [f"MVA CRM answers after {time.monotonic() - self.began:.1f} s", ""]
        lines += [f"Admin     {url}/admin/", f"API       {url}/api", f"API docs  {url}/api/docs", ""]
        if self.options.demo:
            password = os.environ.get("DEMO_PASSWORD") or "demo-mva-2026"
            lines += [
                *(f"{head:<9} {text}" for head, text in zip(("Accounts", "", ""), ACCOUNTS, strict=True)),
                f"Password  {password}",
                "",
            ]
        self.console.box([*lines, f"Data in {self.folder}", "Ctrl-C stops everything, twice at once"])

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.stop_asked and self.supervisor.children:
            self.supervisor.hurry = True
            return
        self.stop_asked = True
        self.console.say("stopping")
        raise KeyboardInterrupt


def answers(options: Options) -> bool:
    """Whether the service is healthy enough to answer /healthz."""
    connection = http.client.HTTPConnection(options.asked_at, options.port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
