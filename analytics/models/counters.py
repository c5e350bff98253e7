"""The tables behind every statistic. Triggers write them (analytics/sql/0001_counters.sql), nobody else."""

from django.db import models

from analytics.choices import Dimension


class Measures(models.Model):
    """What is counted of the leads of one bucket; a column is a sum over leads."""

    dimension = models.PositiveSmallIntegerField(choices=Dimension.choices)
    bucket = models.DateTimeField(
        help_text="The first instant of the business day, or of the hour, of creation."
    )
    key = models.CharField(max_length=120)
    subkey = models.CharField(max_length=120)

    leads = models.IntegerField()
    revenue = models.DecimalField(
        max_digits=16, decimal_places=2, help_text="Without Returned and Duplicate."
    )
    cost = models.DecimalField(max_digits=16, decimal_places=2)
    costed = models.IntegerField(help_text="Leads whose acquisition cost is known.")
    quality = models.BigIntegerField()
    conversions = models.IntegerField()
    responded = models.IntegerField(help_text="Leads first contacted since they were assigned.")
    response_seconds = models.BigIntegerField()

    # where they stand now
    at_new = models.IntegerField()
    at_attempting = models.IntegerField()
    at_contacted = models.IntegerField()
    at_qualified = models.IntegerField()
    at_in_progress = models.IntegerField()
    at_docs_sent = models.IntegerField()
    at_awaiting_proof = models.IntegerField()
    at_retained = models.IntegerField()
    at_closed = models.IntegerField()
    at_not_interested = models.IntegerField()
    at_not_qualified = models.IntegerField()
    at_rejected = models.IntegerField()
    at_duplicate = models.IntegerField()
    at_returned = models.IntegerField()

    # how far they ever got
    reached_attempting = models.IntegerField()
    reached_contacted = models.IntegerField()
    reached_qualified = models.IntegerField()
    reached_in_progress = models.IntegerField()
    reached_docs_sent = models.IntegerField()
    reached_awaiting_proof = models.IntegerField()
    reached_retained = models.IntegerField()
    reached_closed = models.IntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_dimension_display()} {self.key} {self.subkey} {self.bucket}"


class Count(Measures):
    """One row is one day (or hour) of one agency, campaign, agent, state or of all, as folded so far."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "bucket", "key", "subkey"], name="analytics_count_once"
            )
        ]


class CountDelta(Measures):
    """One row is what one statement changed of one count: appended in its transaction, folded soon after."""

    class Meta:
        indexes = [models.Index(fields=["dimension", "bucket"], name="analytics_delta_of_day")]


class CountingZone(models.Model):
    """The one row says by which zone's days the counts were made."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="analytics_one_zone")]

    def __str__(self) -> str:
        return self.name
