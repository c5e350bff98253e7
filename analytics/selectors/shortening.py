"""Tables that end in one row for all others: how many rows there are may be up to those who name their campaigns."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

Row = TypeVar("Row")

MOST_ROWS: Final = 500
OTHERS: Final = "*"
"""The key of that last row."""


def cut(
    rows: Iterable[Row], *, key: Callable[[Row], str], most: int = MOST_ROWS
) -> tuple[list[Row], list[Row]]:
    """The rows to show and the others, which are to be one row more: `most` in all. No others where all rows fit.

    Where there are others, a row whose own key is theirs is among them: a key is never there twice.
    """
    found = list(rows)
    if len(found) <= most:
        return found, []
    ours = [row for row in found if key(row) != OTHERS]
    return ours[: most - 1], ours[most - 1 :] + [row for row in found if key(row) == OTHERS]


def others_name(others: list[Row]) -> str:
    """For people."""
    return f"{len(others):,} others"
