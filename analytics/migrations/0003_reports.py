import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
        ('analytics', '0002_forecast'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportSchedule',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='Also the subject of the mail.', max_length=100, unique=True)),
                ('period', models.CharField(choices=[('day', 'The day before'), ('week', 'The 7 days before'), ('month_to_date', 'The month until the day before'), ('month', 'The calendar month before'), ('quarter', 'The calendar quarter before'), ('year', 'The calendar year before')], default='week', max_length=20)),
                ('audience', models.CharField(choices=[('staff', 'Us: everything'), ('agency', 'The agency: without revenue, CPA and agents')], default='staff', max_length=10)),
                ('formats', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'Excel (XLSX)'), ('csv', 'CSV')], max_length=10), size=None)),
                ('frequency', models.CharField(choices=[('daily', 'Every day'), ('weekly', 'Every week'), ('monthly', 'Every month')], default='weekly', max_length=10)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], default=0)),
                ('day_of_month', models.PositiveSmallIntegerField(default=1, help_text='1 to 31; in a shorter month its last day.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)])),
                ('time', models.TimeField(default=datetime.time(7, 0), help_text="Of the business's clock.")),
                ('recipients', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), size=None)),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('next_run', models.DateTimeField(editable=False, null=True)),
                ('created_by', models.CharField(editable=False, max_length=254)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('agency', models.ForeignKey(blank=True, help_text='Narrows the report to one agency.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report_schedules', to='agencies.agency')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ReportDelivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField(help_text='The report is about the days before this one.')),
                ('requested_by', models.CharField(blank=True, help_text="Empty: the schedule's own time.", max_length=254)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('recipients_count', models.PositiveSmallIntegerField()),
                ('unsent', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), help_text='Who has not got it yet.', size=None)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='analytics.reportschedule')),
            ],
            options={
                'verbose_name_plural': 'report deliveries',
                'ordering': ['-due_at'],
                'get_latest_by': 'due_at',
            },
        ),
        migrations.AddIndex(
            model_name='reportschedule',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['next_run'], name='analytics_schedule_due'),
        ),
        migrations.AddConstraint(
            model_name='reportschedule',
            constraint=models.CheckConstraint(condition=models.Q(('day_of_month__range', (1, 31))), name='analytics_schedule_day_of_month'),
        ),
        migrations.AddConstraint(
            model_name='reportschedule',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__range', (0, 6))), name='analytics_schedule_weekday'),
        ),
        migrations.AddConstraint(
            model_name='reportschedule',
            constraint=models.CheckConstraint(condition=models.Q(('audience', 'staff'), ('agency__isnull', False), _connector='OR'), name='analytics_schedule_agency_of_audience'),
        ),
        migrations.AddConstraint(
            model_name='reportschedule',
            constraint=models.CheckConstraint(condition=models.Q(('is_active', False), ('next_run__isnull', False), _connector='OR'), name='analytics_schedule_next_run'),
        ),
        migrations.AddIndex(
            model_name='reportdelivery',
            index=models.Index(condition=models.Q(('status', 'waiting')), fields=['next_attempt_at'], name='analytics_delivery_waiting'),
        ),
        migrations.AddConstraint(
            model_name='reportdelivery',
            constraint=models.UniqueConstraint(fields=('schedule', 'due_at'), name='analytics_delivery_once'),
        ),
        migrations.AddConstraint(
            model_name='reportdelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'sent'), _negated=True), models.Q(('sent_at__isnull', False), ('unsent', [])), _connector='OR'), name='analytics_delivery_sent_to_all'),
        ),
    ]
