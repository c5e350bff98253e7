"""Which system user runs a server: ourselves, or an unprivileged one when we are root."""

import os
import pwd
import stat
from pathlib import Path

from crm.engines.processes import Account, EngineError


def unprivileged_account(home: Path) -> Account | None:
    """The owner of `home`, or nobody; None when we are not root and simply stay who we are."""
    if os.geteuid() != 0:
        return None
    if home.exists() and (found := home.stat()).st_uid != 0:
        return Account(found.st_uid, found.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EngineError(
            "PostgreSQL does not run as root, and this system has no user 'nobody' to run it as"
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def can_reach(account: Account | None, path: Path) -> bool:
    """Whether the account may enter every folder on the way to `path`, and `path` itself if it is there."""
    path = path.resolve()
    return account is None or all(
        _may_enter(account, step) for step in (*path.parents, path) if step.exists()
    )


def _may_enter(account: Account, path: Path) -> bool:
    found = path.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == account.gid else stat.S_IXOTH))


def make_private_folder(path: Path, account: Account | None) -> None:
    """A folder for the account alone; one of somebody else is refused (in /tmp it could be a trap)."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found, wanted = path.stat(), account.uid if account else os.geteuid()
    if account and found.st_uid == 0:
        os.chown(path, account.uid, account.gid)
    elif found.st_uid != wanted:
        raise EngineError(
            f"{path} belongs to user {found.st_uid}, not {wanted}: start as its owner or change DATA_DIR"
        )
    path.chmod(0o700)
