"""Free text search."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F


class LeadSearch(models.Model):
    """One row is one lead's searchable text, kept by triggers.

    `document` holds folded names, e-mail and phones for any part of them (trigrams), `notes` the folded words
    of the notes for their beginnings: trigrams of notes made up half of what storing a lead cost. A table of
    its own, so that a bulk change of dispositions touches neither index.
    """

    lead_id = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField()
    document = models.TextField()
    notes = SearchVectorField()

    class Meta:
        verbose_name = "search document"
        indexes = [
            GinIndex(OpClass(F("document"), name="gin_trgm_ops"), name="leads_search_trigram"),
            GinIndex(fields=["notes"], name="leads_search_notes"),
        ]

    def __str__(self) -> str:
        return str(self.lead_id)
