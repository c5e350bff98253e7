"""The leads chosen in the list: carried through the page that asks about them, and summed up on it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from crm.core.actors import Actor
from crm.core.counting import count_up_to
from crm.core.models import User
from leads.admin.changelist import visible_leads
from leads.exceptions import InvalidInput
from leads.models import Lead
from leads.services.bulk.operations import MOST_LEADS, Selection

SALT = "leads.admin.selection"
NAMED = 12
"""So many leads are named one by one; of more, only how many there are of each kind."""
MOST_SHOWN = 12  # agents


def chosen_leads(request: HttpRequest, leads: QuerySet[Lead]) -> Selection:
    """The leads of an action, in the order of the list, and the filters where all of them were meant.

    Raises InvalidInput for more than MOST_LEADS.
    """
    lead_ids = tuple(leads.values_list("pk", flat=True)[: MOST_LEADS + 1])
    if len(lead_ids) > MOST_LEADS:
        raise InvalidInput(_too_many(leads))
    is_all = request.POST.get("select_across") == "1"
    asked = {name: values for name, values in request.GET.lists() if name not in ("o", "p") and any(values)}
    return Selection(lead_ids, {"list": asked} if is_all else {})


def _too_many(leads: QuerySet[Lead]) -> str:
    number, is_estimate = count_up_to(leads, MOST_LEADS)
    return (
        f"These filters choose {'about ' if is_estimate else ''}{number:,} leads; one operation takes "
        f"{MOST_LEADS:,} at most. Narrow the list, as by the days on which leads came in, and act on part after part."
    )


def written(selection: Selection) -> str:
    """A selection as one signed field: what is acted on is what was shown, whatever came in meanwhile.

    A field for each of 10,000 leads would be more than Django takes.
    """
    told = {"leads": [lead_id.hex for lead_id in selection.lead_ids], "by": dict(selection.chosen_by)}
    return signing.dumps(told, salt=SALT, compress=True)


def read(text: str) -> Selection:
    """What `written()` wrote; raises signing.BadSignature for anything else."""
    told = signing.loads(text, salt=SALT)
    return Selection(tuple(UUID(lead_id) for lead_id in told["leads"]), told["by"])


@dataclass(frozen=True, slots=True)
class Summary:
    """Leads in words: how many there are, of each disposition and with each agent; the few also by name."""

    total: int
    dispositions: Sequence[tuple[str, int]]
    agents: Sequence[tuple[str, int]]
    leads: Sequence[Lead]

    @property
    def shown_agents(self) -> Sequence[tuple[str, int]]:
        return self.agents[:MOST_SHOWN]

    @property
    def more_agents(self) -> int:
        return max(len(self.agents) - MOST_SHOWN, 0)


def summed_up(selection: Selection, actor: Actor) -> Summary:
    """Three statements at most, for any number of leads."""
    leads = visible_leads(actor).among(selection.lead_ids)
    cells = leads.order_by().values_list("disposition", "assigned_agent").annotate(number=Count("pk"))
    dispositions: Counter[str] = Counter()
    agents: Counter[int | None] = Counter()
    for disposition, agent_id, number in cells:
        dispositions[disposition] += number
        agents[agent_id] += number
    people = User.objects.get_queryset().only("id", "email", "first_name", "last_name")
    names = {agent.pk: str(agent) for agent in people.filter(pk__in=[pk for pk in agents if pk])}
    few = leads.select_related("agency", "assigned_agent").order_by("-created_at", "-pk")
    return Summary(
        total=len(selection.lead_ids),
        dispositions=dispositions.most_common(),
        agents=[(names.get(pk or 0, "nobody"), number) for pk, number in agents.most_common()],
        leads=list(few) if len(selection.lead_ids) <= NAMED else [],
    )
