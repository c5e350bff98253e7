"""The programs that make the service: their command lines, and how a command becomes one of them."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from crm.engines.addresses import BASE_DIR

CARRIER = "MVA_ENGINES_CARRIER"  # the process id of a command that runs engines of its own


def prepare(leads: int, demo: bool) -> list[str]:
    """What has to be done before the programs may start."""
    chosen = ["--leads", str(leads)] + ([] if demo else ["--no-demo"])
    return [sys.executable, str(BASE_DIR / "manage.py"), "serve", "--prepare", *chosen]


def web(host: str, port: int, workers: int, log_level: str) -> list[str]:
    """HTTP and WebSocket on one port. When stopped it waits 5 s for open requests."""
    where = ["--host", host, "--port", str(port), "--workers", str(workers)]
    return [
        sys.executable,
        "-m",
        "uvicorn",
        "crm.asgi:application",
        *where,
        "--log-level",
        log_level,
        "--no-access-log",
        "--timeout-graceful-shutdown",
        "5",
    ]


def worker(concurrency: int, log_level: str, queues: str = "") -> list[str]:
    """Background jobs. No gossip between workers: each start would wait a second for peers."""
    chosen = ["--queues", queues] if queues else []
    quick = ["--without-gossip", "--without-mingle"]
    return [
        *_celery("worker", log_level),
        "--pool",
        "prefork",
        "--concurrency",
        str(concurrency),
        *quick,
        *chosen,
    ]


def beat(log_level: str) -> list[str]:
    """The clock of the schedules that managers edit in the admin; run exactly one."""
    return [*_celery("beat", log_level), "--scheduler", "django_celery_beat.schedulers:DatabaseScheduler"]


def become(argv: Sequence[str]) -> int:
    """Run the program in this process's place.

    If this process carries engines, it has to stay and stop them: then the program is its child.
    """
    os.chdir(BASE_DIR)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.environ.pop(CARRIER, "") != str(os.getpid()):
        os.execv(argv[0], list(argv))  # noqa: S606
    child = subprocess.Popen(list(argv))
    # The terminal's Ctrl-C reaches the child by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _frame: child.send_signal(number))
    return child.wait()


def _celery(command: str, log_level: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "crm", "--quiet", command, "--loglevel", log_level]
