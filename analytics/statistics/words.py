"""Statistics in words."""


def probability(p: float) -> str:
    """A p value, two digits."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
