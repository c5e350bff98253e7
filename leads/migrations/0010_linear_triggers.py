"""Triggers whose cost grows with the rows of a statement, whatever the connection did before."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):

    dependencies = [("leads", "0009_merged_into")]

    operations = [
        migrations.RunSQL((SQL / "0009_linear.sql").read_text(), migrations.RunSQL.noop),
    ]
