"""The leads behind what was found, by a name that an address of the back office can carry.

`insight.<id>` is a whole insight, `insight.<id>.<mark>` a part of it, `grade.<id>.<mark>` a finding of an agency's grade. A mark
says which one by what it is about: documents are written anew all day, and the first of them is then another.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
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
    key, _, mark = rest.partition(".")
    try:
        if kind == "insight":
            return _of_insight(UUID(key), mark)
        if kind == "grade":
            return _of_grade(int(key), mark)
    except (ValueError, OverflowError):
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


def part_mark(part: Mapping[str, Any]) -> str:
    """Which part of its insight it is."""
    return _mark(part_name(part))


def finding_mark(finding: Mapping[str, Any]) -> str:
    """Which finding of its grade it is: a grade has one of a kind, or one for each campaign."""
    return _mark(f"{finding['code']} {finding['figures'].get('campaign')}")


def _of_insight(pk: UUID, mark: str) -> Behind | None:
    insight = Insight.objects.filter(pk=pk).first()
    if insight is None:
        return None
    title, link = str(insight), insight.document["link"]
    if mark:
        part = _marked(insight.document["figures"].get("parts", []), part_mark, mark)
        title, link = (f"{title}: {part_name(part)}", part.get("link")) if part else ("", None)
    return Behind(title, "insight", str(pk), filters_of(link)) if link else None


def _of_grade(pk: int, mark: str) -> Behind | None:
    grade = AgencyGrade.objects.filter(pk=pk).first()
    if grade is None:
        return None
    finding = _marked(grade.document.get("findings", []), finding_mark, mark)
    link = finding.get("link")
    return Behind(finding["text"], "agency", grade.agency_id, filters_of(link)) if link else None


def _marked(
    rows: Iterable[Mapping[str, Any]], mark_of: Callable[[Mapping[str, Any]], str], mark: str
) -> Mapping[str, Any]:
    """The row of that mark, or an empty one."""
    return next((row for row in rows if mark_of(row) == mark), {})


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
