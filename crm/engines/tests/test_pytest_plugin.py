"""Test sessions on engines of their own, alone and several at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm.engines.tests.conftest import Hold

pytestmark = pytest.mark.slow

MODULE = """
import os, psycopg

def databases():
    host = os.environ["DATABASE_URL"].partition("?host=")[2]
    with psycopg.connect(host=host, user="crm", dbname="crm", autocommit=True) as connection:
        return connection.execute("SELECT string_agg(datname, ' ') FROM pg_database").fetchone()[0]

def test_it():
    print("told:", os.environ["DATA_DIR"], os.environ["TEST_DATABASE_NAME"], databases())
"""


def session(project: Path, data_dir: Path) -> "subprocess.Popen[str]":
    project.mkdir(exist_ok=True)
    (project / "test_it.py").write_text(MODULE)
    (project / "pytest.ini").touch()
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "REDIS"))
    }
    for name in ("TEST_DATABASE_NAME", "PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"):
        environ.pop(name, None)
    environ |= {"DATA_DIR": str(data_dir), "PYTHONPATH": str(data_dir / "root")}
    plugins = [
        "-p",
        "crm.engines.pytest_plugin",
        "-p",
        "no:django",
        "-p",
        "no:valkey",
        "-p",
        "no:cacheprovider",
    ]
    argv = [sys.executable, "-m", "pytest", "-s", *plugins, str(project)]
    return subprocess.Popen(argv, cwd=project, env=environ, stdout=subprocess.PIPE, text=True)


def told(process: "subprocess.Popen[str]") -> list[str]:
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said.partition("told: ")[2].splitlines()[0].split()


def test_sessions_at_once_share_a_server_and_no_database(plain_root: Path) -> None:
    running = [session(plain_root / "project", plain_root) for _ in range(2)]
    (place, name, *_), (other_place, other_name, *_) = [told(process) for process in running]
    assert place == other_place == str(plain_root / "test")
    assert name != other_name
    assert {name, other_name} == {f"test_crm_{process.pid}" for process in running}


def test_databases_of_killed_sessions_are_dropped(plain_root: Path, hold: Hold) -> None:
    killed = hold(plain_root / "test")
    host = killed.settings["DATABASE_URL"].partition("?host=")[2]
    create = (
        "import psycopg, sys; psycopg.connect(host=sys.argv[1], user='crm', dbname='crm', autocommit=True)"
    )
    subprocess.run(
        [sys.executable, "-c", f"{create}.execute('CREATE DATABASE test_crm_1')", host], check=True
    )
    killed.leave()

    _, _, *databases = told(session(plain_root / "project", plain_root))
    assert "test_crm_1" not in databases
    assert "crm" in databases
