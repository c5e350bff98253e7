"""The servers that are measured: ours as it is, and the floor's."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from crm.benchmark import floor_app
from crm.benchmark.databases import Database
from crm.engines.addresses import BASE_DIR
from crm.engines.processes import EngineError, spawn, stop

HOST = "127.0.0.1"
START_SECONDS = 90.0
POLL_SECONDS = 0.1
STOP_STEPS = ((signal.SIGTERM, 10.0),)


@dataclass(frozen=True, slots=True)
class Sites:
    """The ports of the two servers."""

    ours: int
    floor: int


@contextmanager
def serving(database: Database, *, workers: int) -> Iterator[Sites]:
    """Run `manage.py web` and the floor's server on the database until the end of the block."""
    with ExitStack() as running:
        ours = running.enter_context(_web(database, workers))
        floor = running.enter_context(_floor(database))
        yield Sites(ours, floor)


@contextmanager
def _web(database: Database, workers: int) -> Iterator[int]:
    port = _free_port()
    where = ["--host", HOST, "--port", str(port), "--workers", str(workers)]
    argv = [sys.executable, str(BASE_DIR / "manage.py"), "web", *where, "--log-level", "warning"]
    environ = {**database.environment(), "HOST": HOST, "PORT": str(port)}
    with _server("web", argv, environ, port, "/healthz"):
        yield port


@contextmanager
def _floor(database: Database) -> Iterator[int]:
    port = _free_port()
    where = ["--host", HOST, "--port", str(port), "--workers", str(floor_app.PROCESSES)]
    quiet = ["--lifespan", "off", "--log-level", "warning", "--no-access-log"]
    argv = [sys.executable, "-m", "uvicorn", "crm.benchmark.floor_app:server", *where, *quiet]
    environ = {**os.environ, floor_app.ADDRESS: database.url}
    with _server("floor", argv, environ, port, "/list"):
        yield port


@contextmanager
def _server(name: str, argv: Sequence[str], environ: dict[str, str], port: int, probe: str) -> Iterator[None]:
    log = Path(settings.DATA_DIR) / "log" / f"benchmark-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = spawn(argv, death_signal=signal.SIGTERM, output=output, cwd=BASE_DIR, env=environ)
    try:
        _wait(process, port, probe, log)
        yield
    finally:
        stop(process, STOP_STEPS)


def _wait(process: subprocess.Popen[bytes], port: int, probe: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port, probe):
        if process.poll() is not None or time.monotonic() > deadline:
            raise EngineError(f"the server of the benchmark does not answer; see {log}")
        time.sleep(POLL_SECONDS)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
