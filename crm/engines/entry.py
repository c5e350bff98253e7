"""The way into every manage.py command: decide whether it needs engines, and run it on them."""

import os
import sys
from collections.abc import Mapping

from crm.engines import programs, serve
from crm.engines.addresses import data_dir
from crm.engines.leases import local_engines
from crm.engines.postgres import Postgres
from crm.engines.processes import EngineError

NEED_NO_ENGINES = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "spectacular",
        "startapp",
        "startproject",
        "version",
    }
)
HELP = frozenset({"-h", "--help", "--version"})


def run_command(argv: list[str]) -> int:
    """Run `manage.py <argv>` and return the exit code."""
    os.environ["DATA_DIR"] = str(
        data_dir(os.environ)
    )  # relative to where we were called, for every child too
    try:
        if argv[1:2] == ["serve"] and not {"--prepare", *HELP}.intersection(argv):
            return serve.main(argv[2:])  # without Django: the supervisor stays small and starts at once
        if needs_engines(argv, os.environ):
            return _run_on_engines(argv)
        return _run(argv)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def needs_engines(argv: list[str], environ: Mapping[str, str]) -> bool:
    """Whether this command uses the database or Redis, and no address is given for one of them.

    Production never gets local ones: there the settings refuse to start without addresses.
    """
    words = set(argv[1:])
    if len(argv) < 2 or HELP & words or environ.get("ENVIRONMENT") == "production":
        return False
    if argv[1] in NEED_NO_ENGINES and "--database" not in words:
        return False
    return not (environ.get("DATABASE_URL") and environ.get("REDIS_URL"))


def _run_on_engines(argv: list[str]) -> int:
    folder = data_dir(os.environ)
    with local_engines(folder, os.environ) as engines:
        os.environ.update(engines.settings)
        if argv[1] == "dbshell" and Postgres.variable in engines.settings:
            os.environ["PATH"] += f"{os.pathsep}{Postgres(folder).bin}"  # a psql, where the system has none
        if engines.started:
            os.environ[programs.CARRIER] = str(os.getpid())
        return _run(argv)


def _run(argv: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0
