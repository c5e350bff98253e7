"""What the parts of the business are called, for people; the same wherever they are shown.

Counters and answers tell parts apart by a key: an agency's code, a campaign as the lead has it, an agent, a state's
code; '' where a lead has none. A key is for programs and for filters, a name is never read back.
"""

from collections.abc import Callable, Iterable
from typing import Final

from agencies.models import Agency
from crm.core.models import User
from leads.services.normalising.places import NAMES as STATES

NO_CAMPAIGN: Final = "(no campaign)"
NO_AGENT: Final = "Unassigned"
NO_STATE: Final = "Unknown"

Named = Callable[[str], tuple[str, str]]
"""From a counter's key to the key that answers show, and the name."""


def campaign_name(campaign: str) -> str:
    """In brackets where there is none, as it stands in the middle of sentences too."""
    return campaign or NO_CAMPAIGN


def named_campaign(campaign: str) -> tuple[str, str]:
    return campaign, campaign_name(campaign)


def named_state(state: str) -> tuple[str, str]:
    """Of a code that is no state's, the code."""
    return state, STATES.get(state, state or NO_STATE)


def agency_names() -> dict[str, str]:
    """By code. One statement."""
    return dict(Agency.objects.values_list("code", "name"))


def named_agencies() -> Named:
    """One statement."""
    names = agency_names()
    return lambda code: (code, names.get(code, code))


def named_agents(keys: Iterable[str]) -> Named:
    """From an agent's key to address and name. One statement."""
    people = User.objects.only("email", "first_name", "last_name").in_bulk([int(key) for key in keys if key])
    known = {str(pk): (person.email, str(person)) for pk, person in people.items()}
    return lambda key: known.get(key, (key, f"Former agent {key}" if key else NO_AGENT))
