"""`manage.py serve`: the whole service in one terminal, from an empty folder to a page that answers."""

import argparse
import http.client
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from crm.engines import programs
from crm.engines.addresses import BASE_DIR, data_dir
from crm.engines.console import Console
from crm.engines.leases import Engines, local_engines
from crm.engines.locks import FileLock
from crm.engines.processes import EngineError
from crm.engines.supervisor import Supervisor

# True on a demo machine, and no news: the worker runs as root, static files come from their sources.
QUIET = "ignore:You're running the worker,ignore:No directory at"
LEFTOVER_SECONDS = 20.0
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
        return f"http://{'localhost' if self.host in EVERYWHERE else self.host}:{self.port}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    env = os.environ
    parser.add_argument("--host", default=env.get("HOST") or "127.0.0.1", help="address to listen on (HOST)")
    parser.add_argument(
        "--port", type=_port, default=env.get("PORT") or "8000", help="port to listen on (PORT)"
    )
    parser.add_argument(
        "--leads",
        type=int,
        default=env.get("DEMO_LEADS") or "5000",
        help="demo leads on the first start (DEMO_LEADS)",
    )
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="no demo data and accounts")


def main(argv: list[str]) -> int:
    """Parse `argv` and serve; returns the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py serve", description=__doc__)
    add_arguments(parser)
    chosen = parser.parse_args(argv)
    return serve(Options(chosen.host, chosen.port, chosen.leads, chosen.demo))


def serve(options: Options) -> int:
    """Run the service until Ctrl-C (0) or until a part of it fails (not 0)."""
    console, folder = Console(), data_dir(os.environ)
    lock = FileLock(
        folder / "locks" / "serve"
    )  # every child inherits it: free again when the last one is gone
    try:
        _take(lock, folder, console)
        _refuse_taken_port(options)
    except PermissionError as error:
        raise EngineError(f"{folder} is not ours to write in ({error}); choose another DATA_DIR") from error
    try:
        return _Service(options, console, folder, lock).run()
    finally:
        lock.release()


class _Service:
    """The phases of one run."""

    def __init__(self, options: Options, console: Console, folder: Path, lock: FileLock) -> None:
        self.options = options
        self.console = console
        self.folder = folder
        self.began = time.monotonic()
        environ = {**os.environ, "HOST": options.host, "PORT": str(options.port), "PYTHONUNBUFFERED": "1"}
        environ.setdefault("LOG_FORMAT", "console")
        environ.setdefault("PYTHONWARNINGS", QUIET)
        self.environ = environ
        self.supervisor = Supervisor(console, environ, lock.fd)
        self.stop_asked = False

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
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
        setup = [sys.executable, str(BASE_DIR / "manage.py"), "serve", "--prepare"]
        setup += ["--leads", str(self.options.leads)] + ([] if self.options.demo else ["--no-demo"])
        now = ((signal.SIGTERM, 5.0),)
        if code := self.supervisor.wait(
            self.supervisor.start("setup", setup, death_signal=signal.SIGTERM, steps=now)
        ):
            self.console.error(f"preparing the database failed (exit code {code})")
            return code if code > 0 else 1
        self._start_programs()
        return self._watch(engines)

    def _start_programs(self) -> None:
        web = programs.web(self.options.host, self.options.port, workers=2, log_level="warning")
        self.supervisor.start("web", web, death_signal=signal.SIGTERM, steps=((signal.SIGTERM, 10.0),))
        # SIGQUIT drops running jobs, which the broker hands out again; SIGTERM would finish them first.
        drop = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 3.0))
        self.supervisor.start(
            "worker", programs.worker(2, "WARNING"), death_signal=signal.SIGTERM, steps=drop
        )
        self.supervisor.start(
            "beat", programs.beat("WARNING"), death_signal=signal.SIGTERM, steps=((signal.SIGTERM, 5.0),)
        )

    def _watch(self, engines: Engines) -> int:
        ready = False
        while True:
            self.supervisor.pump()
            if (child := self.supervisor.ended()) is not None:
                code = child.process.returncode
                self.console.error(f"{child.name} ended by itself (exit code {code}); stopping everything")
                return code if code > 0 else 1
            for lease in engines.started:
                if lease.process is not None and lease.process.poll() is not None:
                    self.console.error(
                        f"{lease.engine.title} ended by itself, see {lease.engine.log}; stopping everything"
                    )
                    return 1
            if not ready and answers(self.options):
                ready = True
                self._welcome()

    def _announce(self, engines: Engines) -> None:
        for lease in engines.leases:
            verb = "joined" if lease.process is None else "started"
            self.console.say(f"{lease.engine.title} {verb}, data in {lease.engine.home}")

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


def _take(lock: FileLock, folder: Path, console: Console) -> None:
    def told() -> None:
        console.say("waiting for what a killed run left behind")

    if not lock.acquire():
        holder = lock.path.read_text().strip() if lock.path.exists() else ""
        if holder.isdigit() and Path(f"/proc/{holder}").exists():
            raise EngineError(
                f"process {holder} serves from {folder} already: stop it, or choose another DATA_DIR and PORT"
            )
        if not lock.acquire(seconds=LEFTOVER_SECONDS, on_wait=told):
            raise EngineError(f"programs of a killed run still hold {lock.path}, and do not end")
    lock.write(str(os.getpid()))


def _refuse_taken_port(options: Options) -> None:
    try:
        found = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
    except OSError as error:
        raise EngineError(
            f"cannot listen on {options.host}:{options.port} ({error.strerror}); choose another PORT or HOST"
        ) from None


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return number
