"""What stands out about an agency, each by a rule with a test. docs/agency-grades.md lists the rules."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from analytics.selectors.agencies.assessing import Assessed
from analytics.selectors.agencies.findings.conversion import conversion_of_agencies, conversion_of_campaigns
from analytics.selectors.agencies.findings.finding import Finding
from analytics.selectors.agencies.findings.sending import goals, trends
from analytics.selectors.agencies.findings.shares import duplicates, evidence, nights, returns
from analytics.selectors.agencies.findings.worth import quality

RULES: Final[tuple[Callable[[Sequence[Assessed]], Iterator[Finding]], ...]] = (
    conversion_of_agencies,
    conversion_of_campaigns,
    returns,
    quality,
    goals,
    trends,
    duplicates,
    evidence,
    nights,
)
"""In the order in which an agency's findings are told."""


def findings_of(agencies: Sequence[Assessed]) -> dict[str, list[Finding]]:
    """Of each agency that has any; tested together, so that one among many does not stand out by chance."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for rule in RULES:
        for finding in rule(agencies):
            found[finding.agency].append(finding)
    return dict(found)


__all__ = ["RULES", "Finding", "findings_of"]
