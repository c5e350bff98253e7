"""Makes .venv with a set of requirements in it; a no-op when that stands. Runs before anything is installed.

Usage: python -P bootstrap.py requirements|requirements-dev
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "unfinished-install"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
UV = "uv==0.13.9"
SETS = {
    "requirements": ("requirements",),
    "requirements-dev": ("requirements-dev", "requirements"),
}  # with what each includes


def main(wanted: str) -> None:
    """Bring .venv up to date for the wanted set, one process at a time."""
    if stands(wanted):
        return
    try:
        with Path(__file__).open() as lock:  # this very file serves as the lock: it is always there
            _wait_for(lock.fileno())
            if not stands(wanted):
                install(wanted)
    except PermissionError as error:
        sys.exit(
            f"error: the environment has to be made or renewed, and {error.filename} is not ours to write"
        )


def stands(wanted: str) -> bool:
    """Whether the set was installed from the present files, by a Python that still runs."""
    stamp = VENV / f"{wanted}.stamp"
    return stamp.exists() and not UNFINISHED.exists() and stamp.read_text() == fingerprint(wanted)


def fingerprint(wanted: str) -> str:
    files = [ROOT / f"{name}.txt" for name in (*SETS[wanted], "constraints")]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in files))
    return f"{digest.hexdigest()} {_python_version()}\n"


def install(wanted: str) -> None:
    """Install the set. What a killed installation left half done is installed afresh."""
    started, half_done = time.monotonic(), UNFINISHED.exists()
    if not _python_version() or not any(VENV.glob("*.stamp")):
        _say(f"making the Python environment in {VENV}")
        _make_venv()
        half_done = False
    UNFINISHED.touch()
    _say(f"installing {wanted}.txt (once; some 20 seconds, or a minute on a slow line)")
    if not (_install_with_uv(wanted, again=half_done) or _install_with_pip(wanted, again=half_done)):
        sys.exit("error: the installation failed, see above; the next start tries again")
    for name in SETS[wanted]:
        (VENV / f"{name}.stamp").write_text(fingerprint(name))
    UNFINISHED.unlink()
    _say(f"installed in {time.monotonic() - started:.0f} s")


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if _calls(sys.executable, "-m", "pip", "--version", quiet=True):
        made = _calls(sys.executable, "-m", "venv", "--without-pip", str(VENV))
    else:
        made = _calls(sys.executable, "-m", "venv", str(VENV))
    if not made:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "error: this Python cannot make a virtual environment (Debian, Ubuntu: apt install python3-venv)"
        )


def _pip(*arguments: str) -> bool:
    """Run pip on .venv: its own, or else that of the Python we run on."""
    own = _calls(str(PYTHON), "-m", "pip", "--version", quiet=True)
    pip = [str(PYTHON), "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    return _calls(*pip, "--disable-pip-version-check", *arguments)


def _install_with_uv(wanted: str, *, again: bool) -> bool:
    uv = VENV / "bin" / "uv"
    if not uv.exists() and not _pip("install", "--quiet", UV):
        return False
    options = ["--compile-bytecode", "--python", str(PYTHON), *(["--reinstall"] if again else [])]
    if SYSTEM_CERTIFICATES.exists():  # where a company's own authority would be
        options.append("--system-certs")
    if not sys.stderr.isatty():
        options.append("--quiet")
    return _calls(str(uv), "pip", "install", *options, "-r", str(ROOT / f"{wanted}.txt"))


def _install_with_pip(wanted: str, *, again: bool) -> bool:
    _say("uv did not do it; trying pip, which takes longer")
    return _pip(
        "install", "--quiet", *(["--force-reinstall"] if again else []), "-r", str(ROOT / f"{wanted}.txt")
    )


def _python_version() -> str:
    """What Python .venv has, and nothing if it does not run."""
    try:
        done = subprocess.run(
            [PYTHON, "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.replace("\n", " ") if done.returncode == 0 else ""


def _calls(*argv: str, quiet: bool = False) -> bool:
    environ = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    if "PIP_INDEX_URL" in environ:  # uv does not read pip's settings
        environ.setdefault("UV_DEFAULT_INDEX", environ["PIP_INDEX_URL"])
    if not os.access(os.path.expanduser("~"), os.W_OK):  # noqa: PTH111 (Path.home() raises where there is none)
        environ |= {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
    sink = subprocess.DEVNULL if quiet else None
    return (
        subprocess.run(
            argv, check=False, env=environ, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        ).returncode
        == 0
    )


def _wait_for(fd: int) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say("another process is installing; waiting for it")
        fcntl.flock(fd, fcntl.LOCK_EX)


def _say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
