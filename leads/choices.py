"""The closed lists of leads, and the one table of allowed moves."""

from django.db.models import TextChoices


class Disposition(TextChoices):
    """Where a lead stands. The first nine are the way forward, the rest the ways out."""

    NEW = "New"
    ATTEMPTING = "Attempting"
    CONTACTED = "Contacted"
    QUALIFIED = "Qualified"
    IN_PROGRESS = "In Progress"
    DOCS_SENT = "Docs Sent"
    AWAITING_PROOF = "Awaiting Proof of Claim", "Awaiting Proof of Claim"
    RETAINED = "Retained for Firm", "Retained for Firm"
    CLOSED = "Closed"
    NOT_INTERESTED = "Not Interested"
    NOT_QUALIFIED = "Not Qualified Lead", "Not Qualified Lead"
    REJECTED = "Rejected"
    DUPLICATE = "Duplicate"
    RETURNED = "Returned"


D = Disposition

OPEN = (D.NEW, D.ATTEMPTING, D.CONTACTED, D.QUALIFIED, D.IN_PROGRESS, D.DOCS_SENT, D.AWAITING_PROOF)
"""Still worked: such a lead takes a place of its agent's capacity."""

STAGES = (*OPEN, D.RETAINED, D.CLOSED)
"""The way forward, in order; `furthest_stage` is a place in it (leads/sql/0010_stages.sql)."""

CONVERTED = (D.RETAINED, D.CLOSED)
"""First reached, these set `closed_date`."""

WAYS_OUT = (D.NOT_INTERESTED, D.NOT_QUALIFIED, D.REJECTED, D.DUPLICATE, D.RETURNED)
"""Ends without a retainer; each needs a `disposition_reason`."""

_OUT = frozenset(WAYS_OUT)

TRANSITIONS: dict[Disposition, frozenset[Disposition]] = {
    D.NEW: _OUT | {D.ATTEMPTING, D.CONTACTED, D.QUALIFIED, D.IN_PROGRESS},
    D.ATTEMPTING: _OUT | {D.CONTACTED, D.QUALIFIED, D.IN_PROGRESS, D.DOCS_SENT},
    D.CONTACTED: _OUT | {D.ATTEMPTING, D.QUALIFIED, D.IN_PROGRESS, D.DOCS_SENT},
    D.QUALIFIED: _OUT | {D.ATTEMPTING, D.CONTACTED, D.IN_PROGRESS, D.DOCS_SENT, D.AWAITING_PROOF},
    D.IN_PROGRESS: _OUT | {D.CONTACTED, D.QUALIFIED, D.DOCS_SENT, D.AWAITING_PROOF, D.RETAINED},
    D.DOCS_SENT: _OUT | {D.IN_PROGRESS, D.AWAITING_PROOF, D.RETAINED},
    D.AWAITING_PROOF: _OUT | {D.IN_PROGRESS, D.DOCS_SENT, D.RETAINED},
    D.RETAINED: frozenset({D.CLOSED, D.AWAITING_PROOF, D.REJECTED, D.RETURNED}),
    D.CLOSED: frozenset({D.RETAINED, D.REJECTED, D.RETURNED}),
    D.NOT_INTERESTED: frozenset({D.ATTEMPTING, D.CONTACTED, D.REJECTED, D.RETURNED}),
    D.NOT_QUALIFIED: frozenset({D.CONTACTED, D.QUALIFIED, D.RETURNED}),
    D.REJECTED: frozenset({D.CONTACTED, D.IN_PROGRESS, D.RETURNED}),
    D.DUPLICATE: frozenset({D.NEW, D.RETURNED}),
    D.RETURNED: frozenset(),  # settled with the vendor; only an undo brings it back
}

MERGEABLE = frozenset(D) - {D.RETAINED, D.CLOSED, D.RETURNED}
"""May become a duplicate by a merge: wider than TRANSITIONS, as that is no outcome of anybody's work."""


class Priority(TextChoices):
    """How soon to call."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class RoleInAccident(TextChoices):
    """What the injured person was in the crash."""

    DRIVER = "driver"
    PASSENGER = "passenger"
    PEDESTRIAN = "pedestrian"
    CYCLIST = "cyclist"
    RIDESHARE = "rideshare"
    OTHER = "other"


class AtFault(TextChoices):
    """Whether the injured person caused the crash."""

    NO = "no"
    PARTIAL = "partial"
    YES = "yes"
    UNKNOWN = "unknown"


class YesNoUnknown(TextChoices):
    """An answer that may be missing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Treatment(TextChoices):
    """The medical care had so far."""

    NONE = "none"
    DOCTOR = "doctor"
    URGENT_CARE = "urgent_care"
    EMERGENCY = "emergency"
    HOSPITAL = "hospital"
    SURGERY = "surgery"
    ONGOING = "ongoing"
    UNKNOWN = "unknown"


class HasAttorney(TextChoices):
    """Whether a lawyer represents the person in this case already."""

    NO = "no"
    YES = "yes"
    FIRED = "fired"
    UNKNOWN = "unknown"


class MedicalBills(TextChoices):
    """Estimated medical bills, in the ranges vendors use."""

    UNDER_10K = "under_10k", "Under $10,000"
    TO_25K = "10k_25k", "$10,000 - $25,000"
    TO_50K = "25k_50k", "$25,000 - $50,000"
    TO_100K = "50k_100k", "$50,000 - $100,000"
    OVER_100K = "over_100k", "More than $100,000"


US_STATES: tuple[str, ...] = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA",
    "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR",
    "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
)  # fmt: skip
"""The 50 states and the District of Columbia."""

USPS_CODES = (*US_STATES, "PR", "GU", "VI", "AS", "MP", "AA", "AE", "AP")
"""Where a person may live: the states, the territories and the military post."""


class ImportStatus(TextChoices):
    """Where an import stands."""

    QUEUED = "queued", "Queued"
    PROCESSING = "processing", "Processing"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


class OperationKind(TextChoices):
    """What a bulk operation did."""

    UPDATE = "update", "Update"
    ASSIGN = "assign", "Assignment"
    UNASSIGN = "unassign", "Return to the pool"
    IMPORT = "import", "Import"
    MERGE = "merge", "Merge"
    HANDOVER = "handover", "Handover of an agent's leads"
    UNDO = "undo", "Undo"


class OperationStatus(TextChoices):
    """Where a bulk operation stands."""

    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


class AssignmentStrategy(TextChoices):
    """How bulk-assign chooses an agent for each lead."""

    ROUND_ROBIN = "round_robin", "Round robin"
    CAPACITY_BASED = "capacity_based", "By free capacity"
    PERFORMANCE = "performance", "By performance"
    MANUAL = "manual", "By hand"


class SuggestionKind(TextChoices):
    """What a suggestion names; in the order in which equals are shown."""

    NAME = "name", "Name"
    EMAIL = "email", "E-mail address"
    PHONE = "phone", "Phone number"
    CITY = "city", "City"
    AGENCY = "agency", "Agency"
    CAMPAIGN = "campaign", "Campaign"
    AGENT = "agent", "Agent"
    TAG = "tag", "Tag"
