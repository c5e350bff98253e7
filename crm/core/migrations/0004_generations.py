"""What tells cached reads that something has changed: see crm/core/sql."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = "DROP FUNCTION core_step, core_fold_steps, core_step_trigger CASCADE"


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_idempotent_location'),
    ]

    operations = [
        migrations.CreateModel(
            name='Generation',
            fields=[
                ('scope', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('mark', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='GenerationStep',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('scope', models.CharField(max_length=64)),
                ('mark', models.BigIntegerField(help_text='Drawn at random.')),
            ],
            options={
                'indexes': [models.Index(fields=['scope'], include=['mark'], name='core_generationstep_scope')],
            },
        ),
        migrations.RunSQL((SQL / "0001_generations.sql").read_text(), UNDO),
    ]
