"""What must stand before the first lead comes in: agencies, their contacts and prices."""

from decimal import Decimal

from agencies.choices import AgencyStatus
from agencies.models import Agency, Contact
from leads.services.demo.agencies import PROFILES, Profile
from pricing.models import PriceBook
from pricing.selectors import current_book

AUTHOR = "seed_demo"
STEP = 5  # goals are round numbers


def found_agencies(leads: int) -> None:
    """The agencies that are not there yet, with goals for `leads` leads a year, and their prices."""
    known = set(Agency.objects.values_list("code", flat=True))
    fresh = [profile for profile in PROFILES if profile.code not in known]
    Agency.objects.bulk_create([_agency(profile, leads) for profile in fresh])
    Contact.objects.bulk_create([_contact(profile) for profile in fresh])
    if fresh:
        _price(fresh)


def _agency(profile: Profile, leads: int) -> Agency:
    share = profile.share / sum(one.share for one in PROFILES)
    goal = max(STEP, round(leads / 12 * share * profile.ambition / STEP) * STEP)
    status = AgencyStatus.PAUSED if profile.paused_for else AgencyStatus.ACTIVE
    return Agency(code=profile.code, name=profile.name, status=status, goal=goal)


def _contact(profile: Profile) -> Contact:
    name, title = profile.contact
    email = f"{name.split()[0].lower()}@{profile.domain}"
    return Contact(agency_id=profile.code, name=name, title=title, email=email, is_primary=True)


def _price(profiles: list[Profile]) -> None:
    """A new version of the price book, with what each agency charges for a lead."""
    book = current_book()
    prices = {profile.code: str(Decimal(profile.price).quantize(Decimal("0.01"))) for profile in profiles}
    PriceBook.objects.create(
        default_price=book.default_price,
        min_price=book.min_price,
        max_price=book.max_price,
        smart_enabled=book.smart_enabled,
        vendor_prices={**prices, **book.vendor_prices},
        rules=book.rules,
        author=AUTHOR,
        note="Prices of the demo agencies",
    )
