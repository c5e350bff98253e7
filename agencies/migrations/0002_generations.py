"""Changes of agencies and their contacts raise the generation that cached reads of them go by."""

from django.db import migrations

TABLES = ("agencies_agency", "agencies_contact")
STEPS = "\n".join(
    f"CREATE TRIGGER core_step AFTER INSERT OR UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION core_step_trigger('agencies');"
    for table in TABLES
)
NO_STEPS = "\n".join(f"DROP TRIGGER core_step ON {table};" for table in TABLES)


class Migration(migrations.Migration):

    dependencies = [("agencies", "0001_initial"), ("core", "0004_generations")]

    operations = [migrations.RunSQL(STEPS, NO_STEPS)]
