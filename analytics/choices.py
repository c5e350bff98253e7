"""The closed lists of the numbers."""

from django.db.models import IntegerChoices, TextChoices


class Dimension(IntegerChoices):
    """What leads are counted by, with the day they were created; numbered as in analytics/sql/0001_counters.sql."""

    TOTAL = 0
    AGENCY = 1  # key: vendor_code
    CAMPAIGN = 2  # key: vendor_code, subkey: campaign_source
    AGENT = 3  # key: the user's id as text, empty for nobody
    STATE = 4  # key: two letters, empty for unknown
    HOUR = 5  # key: vendor_code; the hour instead of the day


class Series(TextChoices):
    """What is forecast, by the day of creation."""

    LEADS = "leads", "Leads"
    REVENUE = "revenue", "Revenue"


HORIZONS = (7, 30, 90)
"""Days ahead that a forecast is summed up for."""
