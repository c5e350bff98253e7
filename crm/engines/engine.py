"""What PostgreSQL and Valkey have in common: a private folder, a socket in it, a child to watch."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from crm.engines.accounts import make_private_folder, unprivileged_account
from crm.engines.addresses import socket_dir
from crm.engines.locks import FileLock
from crm.engines.placement import settle, staged
from crm.engines.processes import PLAIN_ENVIRONMENT, Account, EngineError, spawn, stop

START_SECONDS = 60.0  # recovery after a crash under load takes its time
LEFTOVER_SECONDS = 30.0
LOG_LIMIT = 10 * 1024 * 1024
POLL_SECONDS = 0.02


class Engine(ABC):
    """One local server whose data lie under a data folder."""

    name: ClassVar[str]
    title: ClassVar[str]
    variable: ClassVar[str]  # the setting that, when given, replaces this engine
    socket_name: ClassVar[str]
    death_signal: ClassVar[signal.Signals]
    stop_steps: ClassVar[Sequence[tuple[signal.Signals, float]]]

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable  # False: quick and forgetful, for tests
        self.home = folder / self.name
        self.log = folder / "log" / f"{self.name}.log"

    @cached_property
    def account(self) -> Account | None:
        return unprivileged_account(self.home)

    @property
    def socket_dir(self) -> Path:
        return socket_dir(self.home, self.socket_name)

    @property
    def socket(self) -> Path:
        return self.socket_dir / self.socket_name

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for the program's settings."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether a server accepts connections at our address now."""

    @abstractmethod
    def initialise(self, keep: int) -> None:
        """Make the data on the first start; every child inherits the descriptor `keep`."""

    @abstractmethod
    def command(self) -> list[str]:
        """The foreground server's command line."""

    def lock(self, purpose: str) -> FileLock:
        return FileLock(self.folder / "locks" / f"{self.name}.{purpose}")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server as our child and wait until it answers."""
        server = self.lock("server")  # handed to the server: free again when its last process is gone
        if not server.acquire(seconds=LEFTOVER_SECONDS):
            raise EngineError(
                f"an old {self.title} of {self.folder} is still shutting down; try again when it is gone"
            )
        try:
            self._make_places()
            self.initialise(server.fd)
            return self._launch(server.fd)
        finally:
            server.release()

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        stop(process, self.stop_steps)
        with self.lock("server").held(seconds=LEFTOVER_SECONDS):
            pass  # the children of the server are gone as well

    def program(self, relative: str, package: str, libraries: str = "") -> Path | None:
        """A program inside an installed package, found without importing it, where the account can run it."""
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            return None
        top = Path(spec.submodule_search_locations[0])
        found = next(iter(sorted(top.glob(relative))), None)
        if found is None:
            return None
        beside = [top.with_name(libraries)] if libraries and top.with_name(libraries).is_dir() else []
        return staged(found, [top, *beside], self.account)

    def _make_places(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(exist_ok=True)
        settle(self.home, self.account, durable=self.durable)
        make_private_folder(self.socket_dir, self.account)

    def _launch(self, keep: int) -> subprocess.Popen[bytes]:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            os.truncate(self.log, 0)
        with self.log.open("ab") as log:
            begin = log.tell()
            process = spawn(
                self.command(),
                death_signal=self.death_signal,
                output=log,
                account=self.account,
                env=PLAIN_ENVIRONMENT,
                keep=(keep,),
            )
        try:
            self._wait_until_ready(process, begin)
        except BaseException:
            stop(process, self.stop_steps)
            raise
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes], log_begin: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                words = (
                    "stopped at once"
                    if process.poll() is not None
                    else f"gave no answer in {START_SECONDS:.0f} s"
                )
                raise EngineError(
                    f"{self.title} {words}; the end of {self.log}:\n{self._log_tail(log_begin)}"
                )
            time.sleep(POLL_SECONDS)

    def _log_tail(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-8:])
