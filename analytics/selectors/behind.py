"""The leads behind what was found, by a name that an address of the back office can carry.

`insight.<id>` is a whole insight, `insight.<id>.<n>` its nth part, `grade.<id>.<n>` the nth finding of an agency's grade.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import QueryDict

from analytics.models import AgencyGrade, Insight
from analytics.selectors.naming import NO_AGENT, campaign_name

SEVERAL = ("disposition", "status")  # parameters of GET /leads that are lists


@dataclass(frozen=True, slots=True)
class Behind:
    """What was found, in words; where: the table and key of its page; and the filters that choose its leads."""

    title: str
    page: str
    key: str
    filters: Mapping[str, Any]


def behind(name: str) -> Behind | None:
    """One statement; None where there is nothing of this name, or no leads can be told behind it."""
    kind, _, rest = name.partition(".")
    key, _, place = rest.partition(".")
    try:
        if kind == "insight":
            return _of_insight(UUID(key), place)
        if kind == "grade":
            return _of_grade(int(key), int(place))
    except (ValueError, OverflowError, IndexError):
        return None
    return None


def filters_of(link: Mapping[str, Any]) -> Any:
    """The filters of a stored request, in a shape that `find_leads` takes."""
    if link["method"] == "POST":
        return link["body"]["filters"]
    asked = QueryDict(urlsplit(link["path"]).query)
    return {name: asked.getlist(name) if name in SEVERAL else asked[name] for name in asked}


def part_name(part: Mapping[str, Any]) -> str:
    """Whose leads a part of an insight is."""
    if "agent" in part:
        return str(part["agent"] or NO_AGENT)
    named = [str(part["agency"])] if part.get("agency") else []
    named += [campaign_name(part["campaign"])] if part.get("campaign") is not None else []
    return ", ".join(named) or f"within {part['days']} days"


def _of_insight(pk: UUID, place: str) -> Behind | None:
    insight = Insight.objects.filter(pk=pk).first()
    if insight is None:
        return None
    title, link = str(insight), insight.document["link"]
    if place:
        part = _at(insight.document["figures"].get("parts", []), int(place))
        title, link = f"{title}: {part_name(part)}", part.get("link")
    return Behind(title, "insight", str(pk), filters_of(link)) if link else None


def _of_grade(pk: int, place: int) -> Behind | None:
    grade = AgencyGrade.objects.filter(pk=pk).first()
    if grade is None:
        return None
    finding = _at(grade.document.get("findings", []), place)
    link = finding.get("link")
    return Behind(finding["text"], "agency", grade.agency_id, filters_of(link)) if link else None


def _at(rows: Sequence[Mapping[str, Any]], place: int) -> Mapping[str, Any]:
    if place < 0:
        raise IndexError(place)
    return rows[place]
