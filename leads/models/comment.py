"""What people say about a lead."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from leads.models.lead import Lead


class Comment(models.Model):
    """One row is one remark; `mentions` holds the e-mail addresses of the people it names."""

    id = models.BigAutoField(primary_key=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField()
    mentions = ArrayField(models.EmailField(), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index("lead", "created_at", "id", name="leads_comment_of_lead")]

    def __str__(self) -> str:
        return self.comment[:60]
