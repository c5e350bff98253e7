"""The promises that the database keeps: see leads/sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = """
DROP FUNCTION leads_words_query, leads_append_only, leads_stamp, leads_record_insert, leads_record_update, leads_record_delete,
  leads_rebuild_history, leads_change_signature, leads_capacity_insert, leads_capacity_update, leads_capacity_delete,
  leads_shift_capacity, leads_is_open, leads_refuse_twins, leads_duplicates_insert, leads_duplicates_update, leads_is_contacted, leads_search_insert, leads_search_update,
  leads_search_delete, leads_search_document, leads_search_notes CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [
        migrations.RunSQL("\n".join(path.read_text() for path in sorted(SQL.glob("000[1-5]_*.sql"))), UNDO),
        migrations.RunSQL("INSERT INTO leads_intakepolicy (id, duplicate_window_days, assigns_on_intake) VALUES (1, 90, true)", migrations.RunSQL.noop),
    ]
