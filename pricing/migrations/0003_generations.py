"""A new price book raises the generation that cached reads of prices go by."""

from django.db import migrations

STEPS = """
CREATE TRIGGER core_step AFTER INSERT ON pricing_pricebook
  FOR EACH STATEMENT EXECUTE FUNCTION core_step_trigger('pricing');
"""


class Migration(migrations.Migration):

    dependencies = [("pricing", "0002_first_book"), ("core", "0004_generations")]

    operations = [migrations.RunSQL(STEPS, "DROP TRIGGER core_step ON pricing_pricebook")]
