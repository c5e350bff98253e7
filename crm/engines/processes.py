"""Child processes that never outlive their parent, not even when it is killed with -9."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

PR_SET_PDEATHSIG = 1
Output: TypeAlias = int | IO[bytes]
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


PLAIN_ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}  # PGPORT and the like must not leak in


class EngineError(RuntimeError):
    """An engine cannot be started or used; the message says what to do about it."""


@dataclass(frozen=True)
class Account:
    """A system user to run a program as, without its groups."""

    uid: int
    gid: int


def spawn(
    argv: Sequence[str],
    *,
    death_signal: signal.Signals,
    output: Output,
    cwd: Path = Path("/"),
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a session of its own, with no terminal to read from, that gets `death_signal` when we die.

    Call it from the main thread: the kernel watches the thread that forked, not the process.
    """
    return subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        **_identity(account),
        start_new_session=True,
        pass_fds=keep,
        preexec_fn=_die_with_parent(death_signal),  # noqa: PLW1509 (one ctypes call, and no threads here)
    )


def run(argv: Sequence[str], *, account: Account | None, keep: int, said: str = "") -> None:
    """Run a short program to its end; it dies with us and holds on to the descriptor `keep`."""
    done = subprocess.run(
        list(argv),
        input=said,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=PLAIN_ENVIRONMENT,
        **_identity(account),
        pass_fds=(keep,),
        preexec_fn=_die_with_parent(signal.SIGKILL),
    )
    if done.returncode:
        raise EngineError(f"{argv[0]} failed:\n{done.stdout}{done.stderr}")


def _identity(account: Account | None) -> dict[str, Any]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def in_child() -> None:
        # After setuid, which would clear it; subprocess calls this last.
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def stop(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn until the process is gone, at last SIGKILL to its whole group."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the session that the process leads."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
