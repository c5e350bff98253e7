"""Words that leads share."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F

from leads.choices import SuggestionKind


class Term(models.Model):
    """One row is one city, campaign or tag that leads have; written by triggers (leads/sql/0007_terms.sql).

    For suggestions while somebody types. `agency` is empty for everybody's terms, and an agency's code for what
    this agency's leads have. Not unique on purpose: see the triggers.
    """

    kind = models.CharField(max_length=8, choices=SuggestionKind.choices)
    agency = models.CharField(max_length=32, blank=True)
    value = models.CharField(max_length=120)
    folded = models.TextField()

    class Meta:
        indexes = [
            models.Index("agency", "kind", "value", name="leads_term_known"),
            GinIndex(OpClass(F("folded"), name="gin_trgm_ops"), name="leads_term_trigram"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
