"""Intake's settings."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class IntakePolicy(models.Model):
    """The one row of intake's settings, read by intake and by the duplicate guard in the database."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    duplicate_window_days = models.PositiveSmallIntegerField(
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="The same e-mail or phone within this many days is a duplicate, whichever agency sent it.",
    )
    assigns_on_intake = models.BooleanField(default=True, help_text="Give a new lead to an agent at once.")

    class Meta:
        verbose_name = "intake policy"
        verbose_name_plural = "intake policy"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="leads_policy_is_one")]

    def __str__(self) -> str:
        return "Intake policy"
