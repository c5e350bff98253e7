"""How far a lead ever got, kept by the stamps' trigger; of leads that are there already, filled from their history.

Not one transaction: leads are filled in batches, so that readers never wait and writers for a batch only. Broken off, it
goes on where it stopped.
"""

from pathlib import Path

from django.db import migrations, models, transaction

SQL = Path(__file__).resolve().parent.parent / "sql"
BATCH = 2_000
UNDO = "DROP FUNCTION leads_stage, leads_stage_shown;\n" + (SQL / "0006_restoring.sql").read_text()

# No trigger runs: nothing but the column changes, and no history is written.
FILL = """
UPDATE leads_lead l SET furthest_stage = reached.stage
  FROM (SELECT b.id, GREATEST(b.stage, max(leads_stage(h.changes -> 'disposition' ->> 1))) AS stage
          FROM (SELECT id, leads_stage_shown(disposition, first_contact_at, closed_date) AS stage
                  FROM leads_lead WHERE id = ANY (%s)) b
          LEFT JOIN leads_leadchange h ON h.lead_id = b.id AND h.changes ? 'disposition'
         GROUP BY b.id, b.stage) reached
 WHERE reached.id = l.id AND reached.stage > l.furthest_stage
"""


def fill(apps, schema_editor):
    last = None
    while ids := _next(schema_editor.connection, last):
        with transaction.atomic(schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
            cursor.execute("ALTER TABLE leads_lead DISABLE TRIGGER USER")
            cursor.execute(FILL, [ids])
            cursor.execute("ALTER TABLE leads_lead ENABLE TRIGGER USER")
        last = ids[-1]


def _next(connection, last):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE %s::uuid IS NULL OR id > %s::uuid ORDER BY id LIMIT %s", [last, last, BATCH]
        )
        return [row[0] for row in cursor.fetchall()]


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("leads", "0011_common_filters")]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, "SELECT leads_rebuild_history();"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE leads_lead ADD COLUMN IF NOT EXISTS furthest_stage smallint NOT NULL DEFAULT 0"
                    " CONSTRAINT leads_lead_furthest_stage_check CHECK (furthest_stage >= 0)",
                    "ALTER TABLE leads_lead DROP COLUMN furthest_stage",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="lead",
                    name="furthest_stage",
                    field=models.PositiveSmallIntegerField(
                        default=0, editable=False, help_text="How far it ever got on the way forward: its place among STAGES."
                    ),
                ),
            ],
        ),
        migrations.RunSQL((SQL / "0010_stages.sql").read_text(), UNDO),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
