"""From the words of forms to the values of closed lists."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leads.choices import (
    AtFault,
    Disposition,
    HasAttorney,
    MedicalBills,
    Priority,
    RoleInAccident,
    Treatment,
    YesNoUnknown,
)
from leads.services.normalising.text import UnreadableError, scalar

UNSURE = (
    r"unknown|unsure|not sure|not certain|(do not|don'?t|doesn'?t) know|no idea|n/?a|\?|other|prefer not.*"
    r"|unspecified|-+"
)
YES = r"1|1\.0|true|t|y|yes|si|sí|yes\b.*"
NO = r"0|0\.0|false|f|n|no|none|never|not yet|no\b.*|not\b.*|none\b.*"


def folded(value: Any) -> str:
    """Lower case, one space between words, no full stop at the end."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(scalar(value).casefold().replace("\u2019", "'").replace("_", " ").split()).rstrip(" .!")


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """A closed list and the phrases that mean its values: the first rule to match the whole phrase wins."""

    values: Sequence[str]
    rules: Sequence[tuple[str, str]] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: Any) -> str:
        """The value meant. Raises UnreadableError, which names the allowed ones."""
        if isinstance(value, str) and value in self.values:
            return value
        text = folded(value)
        for allowed in self.values:
            if text in (
                allowed.casefold(),
                allowed.casefold().replace("_", " "),
                self.labels.get(allowed, "").casefold(),
            ):
                return allowed
        for pattern, meant in self.rules:
            if re.fullmatch(pattern, text):
                return meant
        raise UnreadableError(
            f"{scalar(value)[:80]!r} is not known here; send one of: {', '.join(self.values)}."
        )


PRIORITY = Phrasebook(
    Priority.values, [(r"medium|standard|regular", "normal"), (r"critical|asap|immediate|highest", "urgent")]
)
DISPOSITION = Phrasebook(Disposition.values)
POLICE_REPORT = Phrasebook(
    YesNoUnknown.values, [(UNSURE, "unknown"), (NO, "no"), (YES + "|filed|reported", "yes")]
)
ROLE = Phrasebook(
    RoleInAccident.values,
    [
        (r".*\b(uber|lyft|rideshare|ride share|ride-share|taxi)\b.*", "rideshare"),
        (r".*\b(motorcycl\w*|driver|driving)\b.*", "driver"),
        (r".*\b(passenger|riding in)\b.*", "passenger"),
        (r".*\b(pedestrian|walking|on foot)\b.*", "pedestrian"),
        (r".*\b(bicycl\w*|cycl\w*|bike|biking)\b.*", "cyclist"),
    ],
)
AT_FAULT = Phrasebook(
    AtFault.values,
    [
        (UNSURE + r"|undetermined|disputed", "unknown"),
        (r".*\b(partial(ly)?|partly|shared|both|50/50|somewhat)\b.*", "partial"),
        (NO + r"|.*\b(not (at fault|my fault)|other|someone else|third party|another)\b.*", "no"),
        (YES + r"|me|i (was|am) at fault|my fault|at fault|self|claimant|mine", "yes"),
    ],
)
TREATMENT = Phrasebook(
    Treatment.values,
    [
        (UNSURE, "unknown"),
        (NO + r"|(untreated|refused).*|(have|has|did)( not|n't)\b.*|(haven't|hasn't|didn't)\b.*", "none"),
        (r".*\b(surgery|surgeries|surgical|operation|operated)\b.*", "surgery"),
        (r".*\burgent.?care\b.*|.*\bwalk.?in\b.*", "urgent_care"),
        (r".*\b(emergency|er|e\.r|ambulance|emt|paramedics?)\b.*", "emergency"),
        (r".*\b(hospital\w*|admitted|inpatient|icu)\b.*", "hospital"),
        (
            r".*\b(ongoing|still|currently|continuing|therapy|therapist|chiropract\w*|chiro|rehab\w*|pt|physio\w*)\b.*",
            "ongoing",
        ),
        (r".*\b(doctors?|dr|physician|clinic|specialist|primary care|pcp|medical)\b.*|" + YES, "doctor"),
    ],
)
HAS_ATTORNEY = Phrasebook(
    HasAttorney.values,
    [
        (r"never\b.*|not (previously|represented|yet)\b.*", "no"),
        (
            r".*\b(fired|dropped|former(ly)?|previous(ly)?|no longer|used to|past|had one|withdrew)\b.*",
            "fired",
        ),
        (UNSURE, "unknown"),
        (NO + r"|unrepresented", "no"),
        (YES + r"|(currently |already )?(represented|retained|signed).*|i have.*", "yes"),
    ],
)

# dollars: where each range ends, the last one open
_ENDS = (10_000, 25_000, 50_000, 100_000)
_AMOUNT = re.compile(r"\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d+)?\s*(k)?\b", re.ASCII)
_MEDICAL_BILLS = Phrasebook(
    MedicalBills.values, labels={str(value): str(label) for value, label in MedicalBills.choices}
)


def medical_bills(value: Any) -> str:
    """The range meant by a code, a label or amounts (`under $10,000`, `$12,500`); "" where not known."""
    text = folded(value)
    if re.fullmatch(UNSURE, text):
        return ""
    try:
        return _MEDICAL_BILLS.read(value)
    except UnreadableError:
        amounts = [
            int(digits.replace(",", "")) * (1000 if thousands else 1)
            for digits, thousands in _AMOUNT.findall(text)
        ]
        found = _range_of(text, amounts)
        if found is None:
            raise
        return found


def _range_of(text: str, amounts: list[int]) -> str | None:
    """The one range that all of `amounts` lies in; None where there is none, as for `over $25,000`."""
    if not amounts and re.fullmatch(r"none|no bills|nothing", text):
        return MedicalBills.UNDER_10K.value
    if len(amounts) == 1 and re.search(r"under|less|below|up to|<", text):
        amounts = [0, *amounts]
    elif len(amounts) == 1 and re.search(r"over|more|above|greater|>|\+|plus", text):
        return MedicalBills.OVER_100K.value if amounts[0] >= _ENDS[-1] else None
    if not 1 <= len(amounts) <= 2 or amounts != sorted(amounts):
        return None
    for value, start, end in zip(MedicalBills.values, (0, *_ENDS), (*_ENDS, float("inf")), strict=True):
        if start <= amounts[0] < end and amounts[-1] <= end:
            return value
    return None
