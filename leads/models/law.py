"""The law of the states. Informational, not legal advice."""

from django.db import models
from django.db.models import Q


class ClaimType(models.TextChoices):
    """Which claim a row's time limit is for."""

    PERSONAL_INJURY = "personal_injury", "Personal injury, motor vehicle"
    GOVERNMENT_NOTICE = "government_notice", "Notice of claim, government vehicle"


class FaultRule(models.TextChoices):
    """What the claimant's own fault does to the claim (Matthiesen, Wickert & Lehrer's scheme)."""

    CONTRIBUTORY = "contributory", "Contributory: any fault bars"
    PURE = "pure", "Pure comparative"
    BAR_50 = "bar_50", "Modified: barred at 50 % or more"
    BAR_51 = "bar_51", "Modified: barred above 50 %"
    SLIGHT_GROSS = "slight_gross", "Slight/gross"


class StateLaw(models.Model):
    """One row is one state's rule for one kind of claim, for crashes from `effective_from` on.

    The row in force is the one with the latest `effective_from` on or before the crash. The limit runs
    from the crash, in years, months and days together.
    """

    state = models.CharField(max_length=2)
    claim_type = models.CharField(max_length=20, choices=ClaimType.choices, default=ClaimType.PERSONAL_INJURY)
    effective_from = models.DateField(help_text="The first day of crash this row applies to.")
    limit_years = models.PositiveSmallIntegerField(default=0)
    limit_months = models.PositiveSmallIntegerField(default=0)
    limit_days = models.PositiveSmallIntegerField(default=0)
    fault_rule = models.CharField(max_length=12, choices=FaultRule.choices, blank=True)
    system = models.CharField(
        max_length=4, blank=True, help_text="T tort, A add-on, Nv/Nm no-fault verbal/monetary, Cv/Cm choice."
    )
    bars_uninsured = models.BooleanField("no pay, no play", default=False)
    confidence = models.CharField(
        max_length=1, choices=[("H", "High"), ("M", "Medium"), ("L", "Low")], default="M"
    )
    statute = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)
    checked_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "state law"
        ordering = ["state", "claim_type", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["state", "claim_type", "effective_from"], name="leads_law_once"),
            models.CheckConstraint(
                condition=Q(limit_years__gt=0) | Q(limit_months__gt=0) | Q(limit_days__gt=0),
                name="leads_law_has_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.get_claim_type_display()}"
