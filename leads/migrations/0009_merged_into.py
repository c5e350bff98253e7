"""The lead that a merged one stands behind."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = "DROP FUNCTION leads_end_merge CASCADE;"


class Migration(migrations.Migration):

    dependencies = [("leads", "0008_terms")]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, "SELECT leads_rebuild_history();"),
        migrations.AddField(
            model_name="lead",
            name="merged_into",
            field=models.ForeignKey(blank=True, db_index=False, editable=False, help_text="The lead that stands for the same person now; only with disposition Duplicate.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="merged", to="leads.lead"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(models.F("merged_into"), condition=models.Q(("merged_into__isnull", False)), name="leads_merged_into"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(models.F("alternate_phone"), condition=models.Q(("alternate_phone", ""), _negated=True), name="leads_alternate_phone"),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(condition=models.Q(("merged_into", models.F("id")), _negated=True), name="leads_not_merged_into_itself"),
        ),
        migrations.RunSQL((SQL / "0008_merged.sql").read_text(), UNDO),
    ]
