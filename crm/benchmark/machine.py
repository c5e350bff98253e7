"""Where and with what it was measured."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from crm.engines.addresses import BASE_DIR

PACKAGES = ("django", "djangorestframework", "psycopg", "uvicorn", "a2wsgi", "orjson")
POSTGRES_SETTINGS = (
    "shared_buffers", "work_mem", "effective_cache_size", "random_page_cost", "max_wal_size", "fsync",
    "synchronous_commit", "jit", "shared_preload_libraries",
)  # fmt: skip


def surroundings(server: psycopg.Connection) -> dict[str, Any]:
    """Machine, versions and PostgreSQL's settings, for the record."""
    values = {name: _shown(server, name) for name in POSTGRES_SETTINGS}
    return {
        "program": {"version": settings.VERSION, "commit": _commit()},
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
            "system": platform.platform(),
        },
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "postgresql": {"version": _shown(server, "server_version"), "settings": values},
    }


def _shown(server: psycopg.Connection, name: str) -> str:
    found = server.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(found[0]) if found else ""


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", told.read_text()) if told.exists() else None
    return found[1] if found else platform.processor()


def _commit() -> str:
    """The checked out commit, with a + where files differ from it; empty outside a checkout."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()
