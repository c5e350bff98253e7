"""Ends what a killed supervisor leaves behind.

The kernel tells children of their parent's death, but a program may hang over it (Celery's pool does when its
broker goes at the same moment), and their own children are not told at all.
"""

import subprocess
from collections.abc import Iterable
from contextlib import suppress

# Each line is the present list of process groups; when the input ends, those of the last one get 5 s.
SCRIPT = """
groups=
while read -r line; do groups=$line; done
tries=0
while [ $tries -lt 50 ]; do
    alive=
    for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && alive="$alive -$group"; done
    [ -n "$alive" ] || exit 0
    tries=$((tries + 1))
    sleep 0.1
done
kill -s KILL -- $alive
"""


class Watchdog:
    """A shell that reads from us, and so learns of our end however it comes."""

    def __init__(self) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", SCRIPT], stdin=subprocess.PIPE, start_new_session=True
        )

    def watch(self, groups: Iterable[int]) -> None:
        """Watch over these process groups from now on, and no others."""
        assert self._shell.stdin is not None  # noqa: S101 (asked for with PIPE)
        with suppress(BrokenPipeError):  # killed itself: the kernel's own signal still stands
            self._shell.stdin.write(f"{' '.join(map(str, groups))}\n".encode())
            self._shell.stdin.flush()

    def close(self) -> None:
        """End the watch; whatever is still in it is killed."""
        self._shell.communicate()
