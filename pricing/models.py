"""The price book."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

DEFAULT_PRICE = Decimal("35.00")
NOTHING = Decimal("0.00")


class PriceBook(models.Model):
    """One row is one version of all prices. Rows are only added; the newest one is in force."""

    version = models.AutoField(primary_key=True)
    default_price = models.DecimalField(
        max_digits=10, decimal_places=2, default=DEFAULT_PRICE, validators=[MinValueValidator(NOTHING)]
    )
    min_price = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal("5.00"), validators=[MinValueValidator(NOTHING)]
    )
    max_price = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal("500.00"), validators=[MinValueValidator(NOTHING)]
    )
    smart_enabled = models.BooleanField("smart pricing", default=False)
    vendor_prices = models.JSONField(default=dict, blank=True, help_text='{"CODE": "40.00"}')
    rules = models.JSONField(default=dict, blank=True)
    author = models.CharField(max_length=254)
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-version"]
        get_latest_by = "version"
        constraints = [
            models.CheckConstraint(condition=Q(min_price__lte=F("max_price")), name="pricing_book_range"),
            models.CheckConstraint(
                condition=Q(min_price__gte=0, default_price__gte=0), name="pricing_book_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"Price book {self.version}"
