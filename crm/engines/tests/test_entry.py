"""Which commands bring their engines, and how a command becomes a program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm.engines import programs
from crm.engines.addresses import BASE_DIR
from crm.engines.entry import needs_engines

BOTH = {"DATABASE_URL": "postgres://x", "REDIS_URL": "redis://x"}


@pytest.mark.parametrize(
    ("command", "environ", "needed"),
    [
        ("migrate", {}, True),
        ("migrate", BOTH, False),
        ("migrate", {"DATABASE_URL": "postgres://x"}, True),
        ("migrate --help", {}, False),
        ("migrate", {"ENVIRONMENT": "production"}, False),
        ("", {}, False),
        ("help", {}, False),
        ("check", {}, False),
        ("check --database default", {}, True),
        ("collectstatic --noinput", {}, False),
        ("shell", {}, True),
    ],
)
def test_engines_are_started_only_for_commands_that_use_them(
    command: str, environ: dict[str, str], needed: bool
) -> None:
    assert needs_engines(["manage.py", *command.split()], environ) is needed


CODE = (
    "import os, sys; from crm.engines.programs import become; sys.exit(become([sys.executable, '-c', {!r}]))"
)
TELL = "import os; print(os.getpid(), flush=True); os._exit(7)"  # _exit flushes nothing


@pytest.mark.parametrize("carries", [False, True])
def test_a_command_becomes_the_program_unless_it_carries_engines(carries: bool) -> None:
    code = CODE.format(TELL)
    if carries:
        code = f"import os; os.environ['{programs.CARRIER}'] = str(os.getpid()); {code}"
    command = subprocess.Popen([sys.executable, "-c", code], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
    said, _ = command.communicate()
    assert command.returncode == 7
    assert (int(said) == command.pid) is not carries


def test_the_programs_run_on_the_present_python() -> None:
    commands = [programs.web("::", 1, 2, "info"), programs.worker(2, "INFO", "mail"), programs.beat("INFO")]
    assert {argv[0] for argv in commands} == {sys.executable}
    assert commands[0][-2:] == ["--timeout-graceful-shutdown", "5"]
    assert commands[1][-2:] == ["--queues", "mail"]
    assert os.path.basename(commands[2][2]) == "celery"  # noqa: PTH119


def test_dbshell_finds_a_psql_where_the_system_has_none(folder: Path) -> None:
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABASE_URL", "REDIS_URL"))
    }
    asked = ["dbshell", "--", "--no-psqlrc", "-Atc", "SELECT current_database(), current_user"]
    done = subprocess.run(
        [sys.executable, str(BASE_DIR / "manage.py"), *asked],
        env={**environ, "DATA_DIR": str(folder), "PATH": str(folder.parent / "empty")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "crm|crm"), done.stderr
