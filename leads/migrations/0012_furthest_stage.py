"""How far a lead ever got, kept by the stamps' trigger; filled from the history."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [("leads", "0011_common_filters")]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="furthest_stage",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, help_text="How far it ever got on the way forward: its place among STAGES."
            ),
        ),
        migrations.RunSQL((SQL / "0010_stages.sql").read_text(), migrations.RunSQL.noop),
    ]
