"""What a rule says."""

from dataclasses import dataclass, field
from typing import Any

from analytics.models.insight import Severity
from analytics.selectors.links import Link

VERSION = 2
"""Of the rules, raised whenever one finds something else on the same leads."""


@dataclass(frozen=True, slots=True)
class Test:
    """The test behind a finding; `n` leads, days or agents went into it. `p` is after correction for many tests."""

    name: str
    n: int
    statistic: float | None = None
    p: float | None = None

    def document(self) -> dict[str, Any]:
        statistic = None if self.statistic is None else round(self.statistic, 2)
        p = None if self.p is None else float(f"{self.p:.3g}")
        return {"name": self.name, "statistic": statistic, "p": p, "n": self.n}


@dataclass(frozen=True, slots=True)
class Finding:
    """One insight. `figures["leads"]` is the number of leads that `link` selects, to the lead."""

    code: str
    subject: str
    severity: Severity
    size: float
    title: str
    text: str
    figures: dict[str, Any]
    link: Link
    threshold: dict[str, Any]
    scope: str = ""
    test: Test | None = None
    parts: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As it is stored; camelCase, numbers and words only."""
        return {
            "title": self.title,
            "text": self.text,
            "figures": self.figures | ({"parts": self.parts} if self.parts else {}),
            "test": self.test.document() if self.test else None,
            "threshold": self.threshold,
            "link": self.link.document(),
        }
