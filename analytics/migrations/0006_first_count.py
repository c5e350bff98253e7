"""Count the leads that were there before the counters, while others go on writing."""

from django.db import migrations


def count(apps, schema_editor):
    from analytics.services.counting import rebuild_counts

    rebuild_counts()


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("analytics", "0005_grades")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
