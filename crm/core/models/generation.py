"""What tells whether something has changed: see `crm.core.generations`."""

from django.db import models

SCOPE_LENGTH = 64


class Generation(models.Model):
    """One row is what the steps of a scope that were folded so far come to."""

    scope = models.CharField(max_length=SCOPE_LENGTH, primary_key=True)
    mark = models.BigIntegerField()

    def __str__(self) -> str:
        return self.scope


class GenerationStep(models.Model):
    """One row is one change within a scope, added by the transaction that makes it and gone once it is folded."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=SCOPE_LENGTH)
    mark = models.BigIntegerField(help_text="Drawn at random.")

    class Meta:
        indexes = [
            # every cached read looks here, and finds what the last seconds brought
            models.Index(fields=["scope"], name="core_generationstep_scope", include=["mark"]),
        ]

    def __str__(self) -> str:
        return self.scope
