"""Proof that a person asked to be called."""

from typing import Any

from leads.services.demo.agencies import Profile
from leads.services.demo.dice import Dice

TEXT = (
    "By clicking Submit I agree that {name} and its partner law firms may call and text me at this number about my "
    "accident, also by automated means. Consent is not a condition of any service."
)


def consent(agency: Profile, random: Dice) -> dict[str, Any]:
    """The consent fields; addresses are from 198.18.0.0/15, which is reserved for tests (RFC 2544)."""
    given = random.random() < 0.96
    certified = given and random.random() < agency.certified
    return {
        "consent_given": given if random.random() < 0.95 else None,
        "consent_text": TEXT.format(name=agency.name) if given else "",
        "consent_ip": f"198.{random.choice((18, 19))}.{random.randrange(256)}.{random.randint(1, 254)}"
        if given
        else None,
        "trustedform_url": f"https://cert.trustedform.com/{random.getrandbits(160):040x}"
        if certified
        else "",
        "jornaya_lead_id": f"{random.getrandbits(128):032X}" if certified and random.random() < 0.4 else "",
    }
