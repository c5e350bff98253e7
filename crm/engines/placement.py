"""Places that an unprivileged server can reach when root's own folders are closed to it."""

import hashlib
import os
import secrets
import shutil
import stat
from pathlib import Path

from crm.engines.accounts import can_reach, make_private_folder
from crm.engines.processes import Account

DURABLE_PLACE = Path("/var/lib/mva-crm")
PASSING_PLACE = Path("/tmp")  # noqa: S108 (names there are random and the folders private)
PROGRAMS_PLACE = Path("/var/cache/mva-crm")


def settle(home: Path, account: Account | None, *, durable: bool) -> None:
    """Make the folder of a server's data, private to its account.

    Where the account cannot reach it (a checkout under /root), `home` becomes a link to a place outside: the
    link is what ties the two together, so moving or deleting the data folder needs no bookkeeping.
    """
    if home.is_symlink() or home.exists() or can_reach(account, home.parent):
        make_private_folder(home.resolve(), account)
        return
    place = (DURABLE_PLACE if durable else PASSING_PLACE) / f"mva-crm-{secrets.token_hex(6)}"
    DURABLE_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    make_private_folder(place, account)
    home.symlink_to(place)


def staged(program: Path, packages: list[Path], account: Account | None) -> Path:
    """`program`, or its copy outside when the account cannot reach the folder it was installed in.

    The packages are copied whole, side by side: their libraries are found by relative paths.
    """
    if can_reach(account, program):
        return program
    mark = "".join(f"{p.name}:{p.stat().st_mtime_ns}:" for p in packages) + f"{program.stat().st_size}"
    place = PROGRAMS_PLACE / hashlib.sha256(mark.encode()).hexdigest()[:16]
    if not place.exists():
        PROGRAMS_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
        for package in packages:
            shutil.copytree(package, draft / package.name, symlinks=True)
        _open_to_all(draft)
        try:
            draft.rename(place)
        except OSError:  # another start was first
            shutil.rmtree(draft)
    return place / program.relative_to(packages[0].parent)


def _open_to_all(top: Path) -> None:
    for folder, _, files in os.walk(top):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode):
                path.chmod(mode | 0o044 | (0o011 if mode & stat.S_IXUSR else 0))
