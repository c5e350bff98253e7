"""The counters behind every statistic and the triggers that keep them; 0006 counts what is there already."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = """
DROP FUNCTION IF EXISTS analytics_count_insert, analytics_count_update, analytics_count_delete, analytics_count_truncate CASCADE;
DROP FUNCTION analytics_counted_between, analytics_count_all, analytics_make_triggers;
DROP VIEW daily_stats, analytics_counted;
DROP FUNCTION analytics_counting, analytics_singles, analytics_measures, analytics_columns, analytics_zone;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("leads", "0012_furthest_stage"), ("core", "0004_generations")]

    operations = [
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dimension', models.PositiveSmallIntegerField(choices=[(0, 'Total'), (1, 'Agency'), (2, 'Campaign'), (3, 'Agent'), (4, 'State'), (5, 'Hour')])),
                ('bucket', models.DateTimeField(help_text='The first instant of the business day, or of the hour, of creation.')),
                ('key', models.CharField(max_length=120)),
                ('subkey', models.CharField(max_length=120)),
                ('leads', models.IntegerField()),
                ('revenue', models.DecimalField(decimal_places=2, help_text='Without Returned and Duplicate.', max_digits=16)),
                ('cost', models.DecimalField(decimal_places=2, max_digits=16)),
                ('costed', models.IntegerField(help_text='Leads whose acquisition cost is known.')),
                ('quality', models.BigIntegerField()),
                ('conversions', models.IntegerField()),
                ('responded', models.IntegerField(help_text='Leads first contacted since they were assigned.')),
                ('response_seconds', models.BigIntegerField()),
                ('at_new', models.IntegerField()),
                ('at_attempting', models.IntegerField()),
                ('at_contacted', models.IntegerField()),
                ('at_qualified', models.IntegerField()),
                ('at_in_progress', models.IntegerField()),
                ('at_docs_sent', models.IntegerField()),
                ('at_awaiting_proof', models.IntegerField()),
                ('at_retained', models.IntegerField()),
                ('at_closed', models.IntegerField()),
                ('at_not_interested', models.IntegerField()),
                ('at_not_qualified', models.IntegerField()),
                ('at_rejected', models.IntegerField()),
                ('at_duplicate', models.IntegerField()),
                ('at_returned', models.IntegerField()),
                ('reached_attempting', models.IntegerField()),
                ('reached_contacted', models.IntegerField()),
                ('reached_qualified', models.IntegerField()),
                ('reached_in_progress', models.IntegerField()),
                ('reached_docs_sent', models.IntegerField()),
                ('reached_awaiting_proof', models.IntegerField()),
                ('reached_retained', models.IntegerField()),
                ('reached_closed', models.IntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('dimension', 'bucket', 'key', 'subkey'), name='analytics_count_once')],
            },
        ),
        migrations.CreateModel(
            name='CountDelta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dimension', models.PositiveSmallIntegerField(choices=[(0, 'Total'), (1, 'Agency'), (2, 'Campaign'), (3, 'Agent'), (4, 'State'), (5, 'Hour')])),
                ('bucket', models.DateTimeField(help_text='The first instant of the business day, or of the hour, of creation.')),
                ('key', models.CharField(max_length=120)),
                ('subkey', models.CharField(max_length=120)),
                ('leads', models.IntegerField()),
                ('revenue', models.DecimalField(decimal_places=2, help_text='Without Returned and Duplicate.', max_digits=16)),
                ('cost', models.DecimalField(decimal_places=2, max_digits=16)),
                ('costed', models.IntegerField(help_text='Leads whose acquisition cost is known.')),
                ('quality', models.BigIntegerField()),
                ('conversions', models.IntegerField()),
                ('responded', models.IntegerField(help_text='Leads first contacted since they were assigned.')),
                ('response_seconds', models.BigIntegerField()),
                ('at_new', models.IntegerField()),
                ('at_attempting', models.IntegerField()),
                ('at_contacted', models.IntegerField()),
                ('at_qualified', models.IntegerField()),
                ('at_in_progress', models.IntegerField()),
                ('at_docs_sent', models.IntegerField()),
                ('at_awaiting_proof', models.IntegerField()),
                ('at_retained', models.IntegerField()),
                ('at_closed', models.IntegerField()),
                ('at_not_interested', models.IntegerField()),
                ('at_not_qualified', models.IntegerField()),
                ('at_rejected', models.IntegerField()),
                ('at_duplicate', models.IntegerField()),
                ('at_returned', models.IntegerField()),
                ('reached_attempting', models.IntegerField()),
                ('reached_contacted', models.IntegerField()),
                ('reached_qualified', models.IntegerField()),
                ('reached_in_progress', models.IntegerField()),
                ('reached_docs_sent', models.IntegerField()),
                ('reached_awaiting_proof', models.IntegerField()),
                ('reached_retained', models.IntegerField()),
                ('reached_closed', models.IntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['dimension', 'bucket'], name='analytics_delta_of_day')],
            },
        ),
        migrations.CreateModel(
            name='CountingZone',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='analytics_one_zone')],
            },
        ),
        migrations.RunSQL((SQL / "0001_counters.sql").read_text(), UNDO),
        migrations.RunSQL(
            [("INSERT INTO analytics_countingzone (id, name) VALUES (1, %s)", [settings.BUSINESS_TIME_ZONE])],
            migrations.RunSQL.noop,
        ),
    ]
