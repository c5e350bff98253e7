"""Velocity and the spread of quality scores are read off indexes alone. Built while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("leads", "0012_furthest_stage")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["created_at", "closed_date"], include=["quality_score"], name="leads_velocity", condition=Q(closed_date__isnull=False)),
        ),
        AddIndexConcurrently(  # beside the old one: the list is never without
            model_name="lead",
            index=models.Index(fields=["created_at", "id"], include=["quality_score"], name="leads_created_scored"),
        ),
        RemoveIndexConcurrently(model_name="lead", name="leads_created"),
        migrations.RenameIndex(model_name="lead", old_name="leads_created_scored", new_name="leads_created"),
    ]
