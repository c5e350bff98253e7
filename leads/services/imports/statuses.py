"""The statuses of other CRMs, and the dispositions they stand for. Informational words change nothing else."""

import re
from dataclasses import dataclass

from leads.choices import WAYS_OUT, Disposition

D = Disposition

# A callback that is set, like an unanswered call, is an attempt (MVA.md, dispositions): nobody agreed to anything.
_WORDS: dict[Disposition, str] = {
    D.NEW: "new, new lead, open, open not contacted, not contacted, not yet contacted, uncontacted, untouched, unworked, "
    "none, unassigned, to be contacted",
    D.ATTEMPTING: "attempting, attempted, attempted to contact, attempting contact, contact attempted, contact in future, "
    "no answer, voicemail, left voicemail, left message, busy, callback, call back, callback set, callback scheduled, "
    "follow up, following up, bad timing, not reached, working not contacted",
    D.CONTACTED: "contacted, connected, reached, spoke, in contact, working contacted, nurturing, nurture, warm, engaged",
    D.QUALIFIED: "qualified, pre qualified, prequalified, sales qualified lead, sql, marketing qualified lead, mql, "
    "qualified lead, accepted",
    D.IN_PROGRESS: "in progress, working, work in progress, open deal, opportunity, under review, in review, processing, "
    "scheduled, appointment scheduled, on hold, hold",
    D.DOCS_SENT: "docs sent, documents sent, sent retainer, retainer sent, contract sent, proposal sent, agreement sent",
    D.AWAITING_PROOF: "awaiting proof of claim, awaiting proof, records pending, report pending, pending records",
    D.RETAINED: "retained for firm, retained, signed, signed up, retainer signed, closed converted, won, closed won, "
    "converted, customer",
    D.CLOSED: "closed, settled, case closed, referred out",
    D.NOT_INTERESTED: "not interested, lost, lost lead, closed not converted, closed lost, unresponsive, no response, "
    "hired another, went elsewhere, opted out, do not call, dnc, declined, dead, recycled",
    D.NOT_QUALIFIED: "not qualified lead, not qualified, unqualified, disqualified, at fault, no injury, no treatment, "
    "no coverage, represented, already represented, deadline passed, conflict, out of area",
    D.REJECTED: "rejected, junk, junk lead, spam, fake, bad contact, bad lead, bad data, wrong number, disconnected, invalid, "
    "garbage, cannot be contacted",
    D.DUPLICATE: "duplicate, duplicate lead",
    D.RETURNED: "returned, return, returned to vendor",
}
_MEANINGS = {word.strip(): disposition for disposition, words in _WORDS.items() for word in words.split(",")}
_MEANINGS |= {disposition.value.casefold(): disposition for disposition in Disposition}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status stands for; one that is not known is `New`, and said in the report and in the notes."""

    disposition: Disposition
    is_known: bool
    reason: str = ""


def meaning_of(status: str) -> Meaning:
    """The disposition that `status` stands for; ways out get the reason the database of leads wants."""
    words = " ".join(re.sub(r"[\W_]+", " ", status.casefold()).split())
    disposition = _MEANINGS.get(words)
    if disposition is None:
        return Meaning(D.NEW, is_known=False)
    reason = f"Imported as {status!r}"[:300] if disposition in WAYS_OUT else ""
    return Meaning(disposition, is_known=True, reason=reason)
