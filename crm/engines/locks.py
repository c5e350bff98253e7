"""File locks that the kernel frees when their last holder dies, even by kill -9."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.05
QUIET_SECONDS = 1.0  # a shorter wait is not worth a message


class FileLock:
    """An flock on one file. A child that inherits `fd` keeps holding it after this process has let go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = -1

    def acquire(
        self, *, shared: bool = False, seconds: float = 0, on_wait: Callable[[], None] | None = None
    ) -> bool:
        """Take the lock, waiting up to `seconds`; `on_wait` is called once when the wait is worth a word."""
        if self.fd < 0:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        started = time.monotonic()
        while not self._try(shared=shared):
            waited = time.monotonic() - started
            if waited >= seconds:
                self.release()
                return False
            if on_wait and waited >= QUIET_SECONDS:
                on_wait()
                on_wait = None
            time.sleep(POLL_SECONDS)
        return True

    def release(self) -> None:
        """Let go; the lock itself stays with children that inherited it."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def write(self, text: str) -> None:
        """Leave a word for others who find the lock taken."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, text.encode(), 0)

    @contextmanager
    def held(self, *, seconds: float, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        if not self.acquire(seconds=seconds, on_wait=on_wait):
            raise TimeoutError(f"{self.path} is still locked after {seconds:.0f} s")
        try:
            yield
        finally:
            self.release()

    def _try(self, *, shared: bool) -> bool:
        try:
            fcntl.flock(self.fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
