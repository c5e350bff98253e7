"""The first price book, and the promise that books are only added."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION pricing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER pricing_append_only BEFORE UPDATE OR DELETE ON pricing_pricebook
  FOR EACH STATEMENT EXECUTE FUNCTION pricing_append_only();
"""
NO_LONGER = "DROP TRIGGER pricing_append_only ON pricing_pricebook; DROP FUNCTION pricing_append_only()"


def add_first_book(apps, schema_editor):
    book = apps.get_model("pricing", "PriceBook")
    if not book.objects.exists():
        book.objects.create(author="migration", note="The prices a new installation starts with")


class Migration(migrations.Migration):

    dependencies = [("pricing", "0001_initial")]

    operations = [
        migrations.RunPython(add_first_book, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(APPEND_ONLY, NO_LONGER),
    ]
