"""Many tests at once."""

from collections.abc import Sequence


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """The p values adjusted for being so many, in their order (Benjamini and Hochberg, 1995).

    Of those at or below a level, on average no more than that part is false; where nothing at all is going on, the
    chance of even one is no more than the level.
    """
    order = sorted(range(len(ps)), key=ps.__getitem__, reverse=True)
    adjusted, least = [0.0] * len(ps), 1.0
    for place, index in enumerate(order):
        least = min(least, ps[index] * (len(ps) / (len(ps) - place)))
        adjusted[index] = least
    return adjusted
