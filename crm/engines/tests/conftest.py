"""Real servers in folders of their own."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pytest

from crm.engines.locks import FileLock
from crm.engines.postgres import Postgres

HOLDER = Path(__file__).with_name("holder.py")
PATIENCE = 60.0


@dataclass
class Holder:
    """A process that uses the engines of a folder."""

    process: subprocess.Popen[str]
    settings: dict[str, str]
    pids: dict[str, int]

    def ask_to_leave(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()

    def leave(self) -> int:
        self.ask_to_leave()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        host = self.settings["DATABASE_URL"].partition("?host=")[2]
        with psycopg.connect(host=host, user="crm", dbname="crm") as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


Hold: TypeAlias = Callable[..., Holder]


def launch(folder: Path, root: Path, environ: dict[str, str], **popen: Any) -> subprocess.Popen[str]:
    argv = [popen.pop("python", sys.executable), str(HOLDER), str(root), str(folder), json.dumps(environ)]
    pipe = subprocess.PIPE
    process: subprocess.Popen[str] = subprocess.Popen(
        argv, text=True, cwd="/", stdin=pipe, stdout=pipe, stderr=pipe, **popen
    )
    return process


def introduced(process: subprocess.Popen[str]) -> Holder:
    assert process.stdout
    assert process.stderr
    said = process.stdout.readline()
    assert said, process.stderr.read()
    return Holder(process, **json.loads(said))


def all_gone(folder: Path) -> bool:
    """Wait until no program or server of the folder is left: each of them holds a lock."""
    locks = [FileLock(folder / "locks" / name) for name in ("programs", "postgres.server", "valkey.server")]
    gone = all(lock.acquire(seconds=PATIENCE) for lock in locks)
    for lock in locks:
        lock.release()
    return gone


@pytest.fixture
def plain_root() -> Iterator[Path]:
    """A folder that everybody can enter, with the engines in it and nothing that they do not need."""
    top = Path(tempfile.mkdtemp(prefix="mva-test-"))
    top.chmod(0o755)
    package = top / "root" / "crm"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copytree(
        HOLDER.parents[1], package / "engines", ignore=shutil.ignore_patterns("tests", "__pycache__")
    )
    yield top
    shutil.rmtree(top)


@pytest.fixture(scope="session")
def stock() -> Iterator[Path]:
    """A data folder with a cluster, which takes longer to make than any test to run."""
    top = Path(tempfile.mkdtemp(prefix="mva-test-"))
    top.chmod(0o755)
    engine = Postgres(top / "var", durable=False)
    engine.stop(engine.start())
    yield top / "var"
    shutil.rmtree(top)


@pytest.fixture
def folder(plain_root: Path, stock: Path) -> Iterator[Path]:
    """The stock folder, lent to one test."""
    lent = stock.rename(plain_root / "var")
    yield lent
    lent.rename(stock)


@pytest.fixture
def hold(plain_root: Path) -> Iterator[Hold]:
    """Start a holder for a folder; at the end of the test all of them are gone."""
    holders: list[tuple[Holder, Path]] = []

    def start(folder: Path, environ: dict[str, str] | None = None, **popen: Any) -> Holder:
        holder = introduced(launch(folder, plain_root / "root", environ or {}, **popen))
        holders.append((holder, folder))
        return holder

    yield start
    for holder, _ in holders:
        holder.kill()
    assert all(all_gone(folder) for _, folder in holders)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
