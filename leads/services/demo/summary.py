"""What a seeded database holds, as a few lines of text."""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet

from crm.core.models import User
from leads.choices import CONVERTED, OPEN, Disposition
from leads.models import Lead

RETURNED = (Disposition.RETURNED, Disposition.REJECTED)


def summary_lines() -> Iterator[str]:
    """All leads by agency, by disposition, by score, and how full the agents are."""
    leads = Lead.objects.order_by()
    yield f"{'agency':<16}{'leads':>8}{'score':>7}{'retained':>10}{'returned':>10}{'open':>7}"
    by_agency = sorted(leads.values("agency").annotate(**_counts()), key=itemgetter("n"), reverse=True)
    for row in [*by_agency, {"agency": "all", **leads.aggregate(**_counts())}]:
        yield (
            f"{row['agency']:<16}{row['n']:>8,}{row['score'] or 0:>7.1f}{_share(row, 'retained'):>10}"
            f"{_share(row, 'returned'):>10}{row['open']:>7,}"
        )
    yield ""
    yield from _table("disposition", leads.values_list("disposition").annotate(n=Count("pk")).order_by("-n"))
    yield ""
    yield "retained by score  " + "  ".join(_by_score(leads))
    yield "agents             " + "  ".join(_agents())


def _counts() -> dict[str, Any]:
    return {
        "n": Count("pk"),
        "score": Avg("quality_score"),
        "retained": Count("pk", filter=Q(closed_date__isnull=False)),
        "returned": Count("pk", filter=Q(disposition__in=RETURNED)),
        "open": Count("pk", filter=Q(disposition__in=OPEN)),
    }


def _share(row: Mapping[str, Any], name: str) -> str:
    return f"{100 * row[name] / row['n']:.1f} %" if row["n"] else "-"


def _table(title: str, rows: QuerySet[Any, Any]) -> Iterator[str]:
    yield title
    for name, count in rows:
        mark = " *" if name in CONVERTED else ""
        yield f"  {name:<26}{count:>8,}{mark}"


def _by_score(leads: QuerySet[Lead]) -> Iterator[str]:
    for low, high in ((1, 3), (4, 5), (6, 7), (8, 10)):
        band = leads.filter(quality_score__range=(low, high)).aggregate(**_counts())
        yield f"{low}-{high}: {_share(band, 'retained')} of {band['n']:,}"


def _agents() -> Iterator[str]:
    for user in User.objects.agents().order_by("pk"):
        yield f"{user.first_name} {user.capacity}/{user.max_capacity}"
