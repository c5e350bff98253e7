"""What the numbers do when something happens elsewhere."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from analytics.models import CountingZone
from analytics.services.counting import counting_zone, rebuild_counts


@receiver(post_migrate, dispatch_uid="analytics.count_by_the_business_zone")
def count_by_the_business_zone(app_config: Any, **kwargs: Any) -> None:
    """A new BUSINESS_TIME_ZONE makes other days: count by them, as a deployment runs migrate anyway."""
    if app_config.name != "analytics" or not _are_counters_there():
        return
    if counting_zone() != settings.BUSINESS_TIME_ZONE:
        rebuild_counts()


def _are_counters_there() -> bool:
    """Not where somebody migrated backwards."""
    return CountingZone._meta.db_table in connection.introspection.table_names()
