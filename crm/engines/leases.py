"""Sharing the local engines: the first to come starts them, others join, the first one leaves last."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crm.engines.engine import Engine
from crm.engines.locks import FileLock
from crm.engines.postgres import Postgres
from crm.engines.processes import EngineError
from crm.engines.valkey import Valkey

STARTING_SECONDS = 120.0
WAIT_POLL_SECONDS = 0.1


@dataclass
class Lease:
    """The right to use one engine: `process` is set if we started it and so have to stop it."""

    engine: Engine
    users: FileLock
    process: subprocess.Popen[bytes] | None = None


@dataclass
class Engines:
    """The engines that this process uses, and the settings that point at them."""

    settings: dict[str, str] = field(default_factory=dict)
    leases: list[Lease] = field(default_factory=list)

    @property
    def started(self) -> list[Lease]:
        return [lease for lease in self.leases if lease.process is not None]


@contextmanager
def local_engines(folder: Path, environ: Mapping[str, str], *, durable: bool = True) -> Iterator[Engines]:
    """Run whatever `environ` names no address for, under `folder`, until the end of the block."""
    engines = Engines()
    with ExitStack() as stack:
        for kind in (Postgres, Valkey):
            if not environ.get(kind.variable):
                engine = kind(folder, durable=durable)
                engines.leases.append(stack.enter_context(lease(engine)))
                engines.settings[kind.variable] = engine.url
        yield engines


@contextmanager
def lease(engine: Engine) -> Iterator[Lease]:
    """Join the engine's running server, or start it and afterwards stop it when nobody uses it any more."""
    taken = Lease(engine, engine.lock("users"))
    try:
        with engine.lock("starting").held(seconds=STARTING_SECONDS, on_wait=lambda: _say_starting(engine)):
            if engine.answers():
                taken.users.acquire(shared=True)
            else:
                taken.process = engine.start()
    except TimeoutError as error:
        raise EngineError(f"{engine.title} did not start: {error}") from error
    except PermissionError as error:
        raise EngineError(
            f"{engine.folder} is not ours to write in ({error}); choose another DATA_DIR"
        ) from error
    try:
        yield taken
    finally:
        if taken.process is None:
            taken.users.release()
        else:
            _stop_when_unused(taken, taken.process)


def _stop_when_unused(taken: Lease, process: subprocess.Popen[bytes]) -> None:
    engine, starting, told = taken.engine, taken.engine.lock("starting"), False
    try:
        # Both locks at once, so that nobody joins between the last one's leaving and the stop.
        while process.poll() is None and not (starting.acquire() and taken.users.acquire()):
            starting.release()
            if not told:
                told = True
                _say(f"others still use {engine.title} in {engine.folder}; it stops after them (Ctrl-C: now)")
            time.sleep(WAIT_POLL_SECONDS)
    except KeyboardInterrupt:
        _say(f"stopping {engine.title} under the others")
    finally:
        engine.stop(process)
        starting.release()
        taken.users.release()


def _say_starting(engine: Engine) -> None:
    _say(f"another command is starting or stopping {engine.title}; waiting")


def _say(text: str) -> None:
    print(f"[{os.getpid()}] {text}", file=sys.stderr, flush=True)
