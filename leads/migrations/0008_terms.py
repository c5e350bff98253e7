"""Terms of leads, for suggestions; a search that reads the newest matches first; an index of facts."""

from pathlib import Path

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = """
DROP FUNCTION leads_collect_terms, leads_tidy_terms, leads_terms, leads_folded CASCADE;
ALTER FUNCTION leads_words_query(text) STABLE;
CREATE OR REPLACE FUNCTION leads_search_notes(notes text) RETURNS tsvector LANGUAGE sql STABLE AS $$
  SELECT to_tsvector('simple', lower(unaccent(notes)))
$$;
UPDATE leads_leadsearch SET notes = '' WHERE notes IS NULL;
ALTER TABLE leads_leadsearch ALTER COLUMN document SET STATISTICS -1;
"""


class Migration(migrations.Migration):

    dependencies = [("leads", "0007_operations")]

    operations = [
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("name", "Name"), ("email", "E-mail address"), ("phone", "Phone number"), ("city", "City"), ("agency", "Agency"), ("campaign", "Campaign"), ("agent", "Agent"), ("tag", "Tag")], max_length=8)),
                ("agency", models.CharField(blank=True, max_length=32)),
                ("value", models.CharField(max_length=120)),
                ("folded", models.TextField()),
            ],
            options={
                "indexes": [
                    models.Index(models.F("agency"), models.F("kind"), models.F("value"), name="leads_term_known"),
                    django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F("folded"), name="gin_trgm_ops"), name="leads_term_trigram"),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("leadsearch", "lead_id", "lead"),
                migrations.AlterField(
                    "leadsearch",
                    "lead",
                    models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name="search", serialize=False, to="leads.lead"),
                ),
            ]
        ),
        migrations.AddIndex(
            "leadsearch",
            models.Index(models.F("created_at"), models.F("lead"), name="leads_search_created"),
        ),
        migrations.AlterField("leadsearch", "notes", django.contrib.postgres.search.SearchVectorField(null=True)),
        BtreeGinExtension(),
        migrations.AddIndex(
            "lead",
            django.contrib.postgres.indexes.GinIndex(fields=["state", "campaign_source", "has_attorney", "priority"], name="leads_facts"),
        ),
        migrations.RunSQL((SQL / "0007_terms.sql").read_text(), UNDO),
        migrations.RunSQL("SELECT leads_tidy_terms()", migrations.RunSQL.noop),
    ]
