"""Why the program did what it did."""

from django.db import models
from django.utils import timezone


class Decision(models.Model):
    """One row is what was decided about a lead in one go, with inputs, rule versions and candidates.

    `document` maps a section (duplicate, score, price, assignment, deadline) to its record; `explain` lays
    the rows over one another, the newest on top. The lead is not a foreign key: reasons outlive a deletion.
    """

    id = models.BigAutoField(primary_key=True)
    lead_id = models.UUIDField()
    made_at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=254, blank=True)
    document = models.JSONField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["lead_id", "id"], name="leads_decision_of_lead")]

    def __str__(self) -> str:
        return f"{', '.join(self.document)} of {self.lead_id}"
