"""The way to the very leads behind a figure: a request to our API, and a page of the admin where its filters can say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from leads.choices import OPEN

LIST, SEARCH, PAGE = "/api/leads", "/api/leads/advanced-search", "/admin/leads/lead/"
ADMIN_DEADLINES = (7, 14, 30, 60, 90, 180)  # days that leads.admin.filters.DeadlineFilter offers


@dataclass(frozen=True, slots=True)
class Link:
    """A request that answers with the leads: `method`, `path` (a GET's with its query), and a POST's `body`."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    admin: str | None = None

    def request(self) -> dict[str, Any]:
        """What to ask of the API; a body where there is one."""
        asked = {"method": self.method, "path": self.path}
        return asked if self.body is None else {**asked, "body": self.body}

    def document(self) -> dict[str, Any]:
        return {"method": self.method, "path": self.path, "body": self.body, "admin": self.admin}


def listed(*, admin: bool = True, **filters: Any) -> Link:
    """Through GET /leads. Filters: vendor_code, campaign_source, disposition (one or more), startDate, endDate,
    deadlineWithin. Without `admin` there is no page of the admin for them.
    """
    query = [
        (name, str(value))
        for name, given in filters.items()
        if given not in (None, "", ())
        for value in (given if isinstance(given, tuple) else (given,))
    ]
    return Link("GET", f"{LIST}?{urlencode(query)}", admin=_admin(filters) if admin else None)


def searched(*conditions: dict[str, Any], admin: str | None = None) -> Link:
    """Through advanced search: leads that meet all the conditions."""
    return Link("POST", SEARCH, {"filters": {"logic": "AND", "conditions": list(conditions)}}, admin)


def condition(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    """One condition of advanced search."""
    asked = {"field": field, "operator": operator}
    return asked if value is None else asked | {"value": value}


def any_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    """A group of which one must be met."""
    return {"logic": "OR", "conditions": list(conditions)}


def all_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    """A group of which all must be met."""
    return {"logic": "AND", "conditions": list(conditions)}


def days(field: str, first: date, last: date) -> dict[str, Any]:
    """Whole days of the business, both included."""
    return condition(field, "between", [first.isoformat(), last.isoformat()])


def sent(agency: str, campaign: str | None, first: date, last: date, *more: dict[str, Any]) -> Link:
    """Leads of an agency (all with ""), or of one of its campaigns ("" is the leads that name none), by creation."""
    if more or campaign == "":
        asked = [days("created_at", first, last), *more]
        if agency:
            asked.append(condition("vendor_code", "equals", agency))
        if campaign is not None:
            asked.append(
                condition("campaign_source", "equals", campaign)
                if campaign
                else condition("campaign_source", "is_empty")
            )
        return searched(*asked)
    return listed(
        vendor_code=agency,
        campaign_source=campaign,
        startDate=first.isoformat(),
        endDate=last.isoformat(),
        admin=campaign is None,
    )


def admin_page(parameters: Iterable[tuple[str, str]]) -> str:
    """The admin's list of leads with these filters."""
    return f"{PAGE}?{urlencode(list(parameters))}"


def admin_dispositions(dispositions: Sequence[str]) -> list[tuple[str, str]]:
    return [("disposition__exact", str(value)) for value in dispositions]


def _admin(filters: dict[str, Any]) -> str | None:
    """The same in the admin's words."""
    within = filters.get("deadlineWithin")
    parameters: list[tuple[str, str]] = []
    if within is not None:
        if within not in ADMIN_DEADLINES or filters.get("disposition") != OPEN:
            return None
        parameters.append(("deadline", str(within)))  # of open leads, as the filter's title says
    elif filters.get("disposition"):
        parameters += admin_dispositions(filters["disposition"])
    names = {"vendor_code": "agency", "startDate": "created_at_from", "endDate": "created_at_to"}
    parameters += [(own, str(filters[name])) for name, own in names.items() if filters.get(name)]
    return admin_page(parameters)
