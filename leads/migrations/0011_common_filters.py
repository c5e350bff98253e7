"""Indexes that common filters are counted by, without a look at the leads. Built while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("leads", "0010_linear_triggers")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("agency"), models.F("disposition"), models.F("created_at"), models.F("id"), name="leads_agency_disposition"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("campaign_source"), models.F("created_at"), models.F("id"), name="leads_campaign_created"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(models.F("state"), models.F("created_at"), models.F("id"), name="leads_state_created"),
        ),
    ]
