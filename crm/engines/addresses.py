"""Where the local engines listen: pure functions of the data folder, nothing is started here."""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
SOCKET_PATH_LIMIT = 100  # the kernel takes 107 bytes; PostgreSQL appends ".lock" to its own
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def data_dir(environ: Mapping[str, str]) -> Path:
    """DATA_DIR as an absolute path, by default `var` beside manage.py."""
    return Path(environ.get("DATA_DIR") or BASE_DIR / "var").resolve()


def socket_dir(home: Path, socket_name: str) -> Path:
    """`home` itself, or a short folder named after it where a socket's path would be too long for the kernel.

    A path with spaces or accents moves too: three libraries read these addresses from URLs, each with its own
    idea of escaping.
    """
    home = home.resolve()
    path = str(home / socket_name)
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(path):
        return home
    return Path("/tmp") / f"mva-crm-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"  # noqa: S108 (checked when started)


def postgres_home(folder: Path) -> Path:
    return folder / "postgres"


def valkey_home(folder: Path) -> Path:
    return folder / "valkey"


def local_database_url(folder: Path) -> str:
    """The DATABASE_URL of the local PostgreSQL under this data folder."""
    return f"postgres://crm@/crm?host={socket_dir(postgres_home(folder), POSTGRES_SOCKET)}"


def local_redis_url(folder: Path) -> str:
    """The REDIS_URL of the local Valkey under this data folder; Celery spells it redis+socket://."""
    return f"unix://{socket_dir(valkey_home(folder), VALKEY_SOCKET) / VALKEY_SOCKET}"
