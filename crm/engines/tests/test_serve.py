"""The service as a whole: early refusals, then real runs with Ctrl-C, kill -9 and a dying part."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.engines import serve
from crm.engines.addresses import BASE_DIR
from crm.engines.locks import FileLock
from crm.engines.processes import EngineError
from crm.engines.service import Options, answers
from crm.engines.tests.conftest import all_gone

PATIENCE = 120.0


def test_a_taken_port_is_refused_before_anything_starts(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", port)), pytest.raises(EngineError, match="choose another PORT"):
        serve.main(["--port", str(port)])
    assert not (tmp_path / "postgres").exists()


def test_a_second_run_on_the_same_data_is_refused_by_name(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    running = FileLock(tmp_path / "locks" / "serve")
    assert running.acquire()
    running.write(str(os.getpid()))
    with pytest.raises(EngineError, match=f"process {os.getpid()} serves from {tmp_path}"):
        serve.main(["--port", str(port)])


@pytest.mark.parametrize("wrong", ["0", "65536", "http"])
def test_a_wrong_port_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        serve.main(["--port", wrong])
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::", "localhost"), ("::1", "[::1]")],  # noqa: S104
)
def test_the_printed_address_can_be_opened(host: str, url: str) -> None:
    assert Options(host, 80, 0, demo=True).url == f"http://{url}:80"


class Run:
    """One `manage.py serve` and what it said."""

    def __init__(self, data_dir: Path, port: int) -> None:
        dropped = ("DATABASE_URL", "REDIS_URL", "TEST_DATABASE_NAME", "DJANGO_SETTINGS_MODULE")
        environ = {name: value for name, value in os.environ.items() if name not in dropped}
        environ |= {"DATA_DIR": str(data_dir), "PORT": str(port), "DEMO_LEADS": "5"}
        argv = [sys.executable, str(BASE_DIR / "manage.py"), "serve"]
        self.data_dir, self.port = data_dir, port
        self.process = subprocess.Popen(argv, env=environ, cwd="/", stdout=subprocess.PIPE, text=True)
        self.said = ""

    def read_until(self, pattern: str) -> re.Match[str]:
        assert self.process.stdout
        while not (match := re.search(pattern, self.said)):
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line
        return match


@pytest.fixture
def run(plain_root: Path, port: int) -> Iterator[Run]:
    running = Run(plain_root / "var", port)
    yield running
    running.process.kill()
    assert all_gone(running.data_dir)


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    return connection.getresponse().status


def pid_of(program: str, data_dir: Path) -> int:
    """A program of the run with that data folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environ = (entry / "environ").read_bytes().decode()
        except OSError:
            continue
        if program in command and f"DATA_DIR={data_dir}\0" in environ:
            return int(entry.name)
    raise LookupError(program)


@pytest.mark.slow
def test_serve_answers_and_ctrl_c_leaves_nothing_and_a_killed_run_starts_again(run: Run, port: int) -> None:
    assert run.read_until("Password  ")
    assert status(port, "/healthz") == 200
    assert status(port, "/api/docs") == 200
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(PATIENCE) == 0
    assert all_gone(run.data_dir)

    killed = Run(run.data_dir, port)
    killed.read_until("Password  ")
    killed.process.kill()
    again = Run(run.data_dir, port)
    again.read_until("Password  ")
    assert status(port, "/readyz") == 200
    again.process.terminate()
    assert again.process.wait(PATIENCE) == 0
    assert all_gone(again.data_dir)
    assert not answers(Options("127.0.0.1", port, 0, demo=True))


@pytest.mark.slow
def test_when_one_part_dies_all_stop_with_an_error(run: Run) -> None:
    run.read_until("Ctrl-C stops everything")
    os.kill(pid_of("django_celery_beat", run.data_dir), signal.SIGKILL)
    run.read_until("beat ended by itself")
    assert run.process.wait(PATIENCE) == 1
    assert all_gone(run.data_dir)
