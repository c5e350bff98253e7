"""File locks between holders, and with inherited descriptors."""

import subprocess
from pathlib import Path

import pytest

from crm.engines.locks import FileLock


def test_shared_holders_keep_an_exclusive_one_out(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    one, two, alone = FileLock(path), FileLock(path), FileLock(path)
    assert one.acquire(shared=True)
    assert two.acquire(shared=True)
    assert not alone.acquire()

    one.release()
    two.release()
    assert alone.acquire()


def test_a_long_wait_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.engines.locks.QUIET_SECONDS", 0)
    first, second, told = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock"), []
    late = second.held(seconds=0.2, on_wait=lambda: told.append("waiting"))
    with first.held(seconds=0), pytest.raises(TimeoutError, match="still locked"), late:
        pass
    assert told == ["waiting"]


def test_a_child_that_inherits_the_lock_keeps_it(tmp_path: Path) -> None:
    lock, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert lock.acquire()
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, pass_fds=[lock.fd]) as child:
        lock.release()
        assert not other.acquire()
        child.communicate()
    assert other.acquire(seconds=5)
