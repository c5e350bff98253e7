import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0001_counters'),
    ]

    operations = [
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('made_for', models.DateField(help_text='The business day it was made on, which is its first day.')),
                ('series', models.CharField(choices=[('leads', 'Leads'), ('revenue', 'Revenue')], max_length=10)),
                ('scope', models.CharField(blank=True, help_text="An agency's code; empty for all.", max_length=32)),
                ('method', models.CharField(max_length=30)),
                ('version', models.PositiveSmallIntegerField(help_text='Of the rules that made it.')),
                ('document', models.JSONField()),
            ],
            options={
                'ordering': ['-made_for', 'series', 'scope'],
                'get_latest_by': 'made_for',
                'constraints': [models.UniqueConstraint(fields=('series', 'scope', 'made_for'), name='analytics_forecast_once_a_day')],
            },
        ),
    ]
