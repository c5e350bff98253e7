import crm.core.ids
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0003_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='Insight',
            fields=[
                ('id', models.UUIDField(default=crm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(help_text='The rule.', max_length=40)),
                ('subject', models.CharField(blank=True, help_text='What the rule speaks of; empty for all.', max_length=255)),
                ('scope', models.CharField(blank=True, help_text="An agency's code; empty for all.", max_length=32)),
                ('valid_for', models.DateField(help_text='The business day it was found on.')),
                ('severity', models.PositiveSmallIntegerField(choices=[(0, 'info'), (1, 'warning'), (2, 'critical')])),
                ('size', models.FloatField(help_text='Orders those of one severity, across rules: leads concerned.')),
                ('version', models.PositiveSmallIntegerField(help_text='Of the rules that found it.')),
                ('is_current', models.BooleanField(default=True, help_text='Whether the last run found it.')),
                ('found_at', models.DateTimeField(default=django.utils.timezone.now, help_text='First, on this day.')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, help_text='Last.')),
                ('document', models.JSONField()),
            ],
            options={
                'ordering': ['-severity', '-size', 'code', 'subject'],
                'indexes': [models.Index(models.F('scope'), condition=models.Q(('is_current', True)), name='analytics_insight_current')],
                'constraints': [models.UniqueConstraint(fields=('valid_for', 'code', 'subject'), name='analytics_insight_once_a_day'), models.CheckConstraint(condition=models.Q(('severity__in', [0, 1, 2])), name='analytics_insight_severity_known')],
            },
        ),
    ]
