"""Prices as they are read and written."""

import math
from typing import Any

from rest_framework import serializers

from agencies.api.serializers import CodeField
from crm.core.api.serializers import PlainCharField, StrictSerializer
from crm.core.text import control_characters
from pricing.models import PriceBook

MOST_RULE_CHARACTERS = 16_384
DEEPEST_RULE = 8


def price_field(**kwargs: Any) -> serializers.DecimalField:
    """An amount of money, not negative."""
    return serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0, **kwargs)


class RulesField(serializers.DictField):
    """Rules as plain JSON that the database can keep: finite numbers, no control characters, not too deep."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        rules: dict[str, Any] = super().to_internal_value(data)
        problem = unkeepable(rules)
        if problem:
            raise serializers.ValidationError(problem)
        if len(repr(rules)) > MOST_RULE_CHARACTERS:
            raise serializers.ValidationError(f"Longer than {MOST_RULE_CHARACTERS} characters.")
        return rules


def unkeepable(value: Any, depth: int = 0) -> str:
    """What keeps `value` from being stored as JSON, or an empty string."""
    if depth > DEEPEST_RULE:
        return f"Nested deeper than {DEEPEST_RULE} levels."
    if isinstance(value, str):
        return "Holds control characters." if control_characters(value) else ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else "Holds a number too large to keep."
    if isinstance(value, int):
        return "" if abs(value) < 10**15 else "Holds a number too large to keep."
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (unkeepable(item, depth + 1) for item in inner)), "")


class PriceBookSerializer(serializers.ModelSerializer[PriceBook]):
    """The prices in force."""

    default = serializers.DecimalField(source="default_price", max_digits=10, decimal_places=2)
    min = serializers.DecimalField(source="min_price", max_digits=10, decimal_places=2)
    max = serializers.DecimalField(source="max_price", max_digits=10, decimal_places=2)
    smartPricingEnabled = serializers.BooleanField(source="smart_enabled")
    vendorPrices = serializers.DictField(source="vendor_prices", child=price_field())

    rules = serializers.DictField()

    class Meta:
        model = PriceBook
        fields = ["default", "min", "max", "smartPricingEnabled", "vendorPrices", "rules", "version"]


class PriceInput(StrictSerializer):
    """One price."""

    price = price_field()


class SmartPricingInput(StrictSerializer):
    """The switch, the range and the rules of smart pricing; what is left out stays."""

    enabled = serializers.BooleanField()
    minPrice = price_field(source="min_price", required=False)
    maxPrice = price_field(source="max_price", required=False)
    rules = RulesField(required=False)


class QuoteInput(StrictSerializer):
    """What is known of a lead that is to be priced."""

    vendor_code = CodeField(required=False, allow_blank=True)
    campaign_source = PlainCharField(max_length=120, required=False, allow_blank=True)
    state = PlainCharField(max_length=2, required=False, allow_blank=True)
    quality_score = serializers.IntegerField(min_value=1, max_value=10, required=False, allow_null=True)
    days_to_deadline = serializers.IntegerField(
        min_value=-100_000, max_value=100_000, required=False, allow_null=True
    )
    received_at = serializers.DateTimeField(required=False, allow_null=True)


class FactorsSerializer(serializers.Serializer[Any]):
    """What the base price is multiplied by; 1.0 changes nothing."""

    demand = serializers.FloatField()
    quality = serializers.FloatField()
    vendorPerformance = serializers.FloatField()
    timeOfDay = serializers.FloatField()
    competition = serializers.FloatField()
    recoverability = serializers.FloatField()


class QuoteSerializer(serializers.Serializer[Any]):
    """A price and how it came about."""

    price = serializers.DecimalField(max_digits=10, decimal_places=2)
    basePrice = serializers.DecimalField(max_digits=10, decimal_places=2)
    factors = FactorsSerializer()
    clamped = serializers.BooleanField()
    version = serializers.IntegerField()
    explanation = serializers.ListField(child=serializers.CharField())
