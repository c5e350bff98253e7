"""Free text search."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F

from leads.models.lead import Lead


class LeadSearch(models.Model):
    """One row is one lead's searchable text, kept by triggers.

    `document` holds folded names, e-mail and phones for any part of them (trigrams), `notes` the folded words
    of the notes for their beginnings: trigrams of notes made up half of what storing a lead cost. A table of
    its own, so that a bulk change of dispositions touches none of its indexes.
    """

    lead = models.OneToOneField(
        Lead,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,  # triggers follow the lead; a check of each row would cost as much as they do
        related_name="search",
    )
    created_at = models.DateTimeField()
    document = models.TextField()
    notes = SearchVectorField(null=True)  # where there are none: see leads/sql/0007_terms.sql

    class Meta:
        verbose_name = "search document"
        indexes = [
            models.Index("created_at", "lead", name="leads_search_created"),  # what is common, newest first
            GinIndex(OpClass(F("document"), name="gin_trgm_ops"), name="leads_search_trigram"),
            GinIndex(fields=["notes"], name="leads_search_notes"),
        ]

    def __str__(self) -> str:
        return str(self.lead_id)
