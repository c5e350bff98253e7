"""Why leads are not merged, or not un-merged."""

from collections.abc import Iterable
from uuid import UUID

from crm.core.exceptions import DomainError, InvalidInput, NotFound
from leads.choices import MERGEABLE
from leads.models import Lead


class LeadsNotFound(NotFound):
    """Some of the leads named do not exist for this caller."""

    def __init__(self, lead_ids: Iterable[UUID]) -> None:
        sentences = [f"There is no lead {lead_id}, or you may not see it." for lead_id in lead_ids]
        super().__init__(" ".join(sentences), lead_ids=sentences)


class MergedAlready(DomainError):
    """Another lead stands for it since an earlier merge."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            f"Lead {lead.pk} was merged into {lead.merged_into_id}: name that one, or un-merge it first "
            f"(POST /api/leads/{lead.pk}/unmerge).",
            lead_id=str(lead.pk),
            merged_into=str(lead.merged_into_id),
        )


class KeptIsDuplicate(DomainError):
    """The lead to keep counts as a duplicate itself: nobody would stand for the person."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            f"Lead {lead.pk} is marked as a duplicate; keep another one of these, or give it another disposition first.",
            lead_id=str(lead.pk),
        )


class NotMergeable(DomainError):
    """What came of the lead would be lost."""

    code = "invalid_transition"

    def __init__(self, lead: Lead) -> None:
        allowed = sorted(disposition.value for disposition in MERGEABLE)
        super().__init__(
            f"Lead {lead.pk} is {lead.disposition}: a lead that converted or was settled with its vendor is kept, "
            "not merged into another one. Merge the others into it.",
            lead_id=str(lead.pk),
            allowed=allowed,
        )


class NotMerged(DomainError):
    """There is nothing to take back."""

    def __init__(self, lead_id: UUID) -> None:
        super().__init__(f"Lead {lead_id} is not merged into another one, so there is nothing to un-merge.")


class MergedWithoutOperation(DomainError):
    """Someone wrote `merged_into` past the program."""

    def __init__(self, lead_id: UUID) -> None:
        super().__init__(
            f"No operation merged lead {lead_id}, so none can be undone; give it another disposition instead."
        )


class MergedInCircle(DomainError):
    """An undone merge comes back after the two leads were merged the other way round."""

    def __init__(self, kept_id: UUID) -> None:
        super().__init__(
            f"Lead {kept_id} is merged into one of these leads now; un-merge it first "
            f"(POST /api/leads/{kept_id}/unmerge).",
            lead_id=str(kept_id),
        )


def bad_choice(field: str, sentence: str) -> InvalidInput:
    """A field's lead that cannot be chosen."""
    return InvalidInput(f"fields: {field}: {sentence}", fields=[f"{field}: {sentence}"])
