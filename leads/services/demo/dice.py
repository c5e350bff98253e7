"""Chance."""

from bisect import bisect
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice(Random):
    """A random generator with two draws that are several times as fast as Python's own, and a whisker less even."""

    def choice(self, seq: Sequence[T]) -> T:  # type: ignore[override]
        return seq[int(self.random() * len(seq))]

    def weighted(self, seq: Sequence[T], sums: Sequence[float]) -> T:
        """One of `seq`; `sums` are the running sums of the weights."""
        return seq[bisect(sums, self.random() * sums[-1], 0, len(seq) - 1)]
