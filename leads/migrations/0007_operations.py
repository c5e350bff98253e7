"""Bulk operations, turns of the round robin, saved filters; stamps that an undo may write back."""

from pathlib import Path

import crm.core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).resolve().parent.parent / "sql"
PAST_IMPORTS = """
INSERT INTO leads_bulkoperation (id, kind, status, author, author_user_id, source, request_id, selection, lead_ids, request, reason,
                                 requested_count, changed_count, unchanged_count, failed_count, failures, report, created_at, finished_at)
SELECT id, 'import', CASE status WHEN 'completed' THEN 'completed' WHEN 'failed' THEN 'failed' ELSE 'running' END,
       author, author_user_id, 'import', '', '{}', '{}', jsonb_build_object('filename', filename, 'agency', agency_id), '',
       COALESCE(rows_total, rows_done), created_count, 0, refused_count, '[]', '{}', created_at, finished_at
  FROM leads_leadimport WHERE NOT is_dry_run
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_idempotent_location'),
        ('leads', '0006_import_attempts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AgentTurn',
            fields=[
                ('agent', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('turn', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'turn of an agent',
                'verbose_name_plural': 'turns of agents',
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.UUIDField(default=crm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('description', models.CharField(blank=True, max_length=500)),
                ('filters', models.JSONField()),
                ('is_public', models.BooleanField(default=False, help_text='All of the staff see and use it.', verbose_name='public')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SavedFilterUse',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('saved_filter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='leads.savedfilter')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'use of a saved filter',
                'verbose_name_plural': 'uses of saved filters',
            },
        ),
        migrations.CreateModel(
            name='BulkOperation',
            fields=[
                ('id', models.UUIDField(default=crm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('update', 'Update'), ('assign', 'Assignment'), ('unassign', 'Return to the pool'), ('import', 'Import'), ('merge', 'Merge'), ('handover', "Handover of an agent's leads"), ('undo', 'Undo')], max_length=10)),
                ('status', models.CharField(choices=[('running', 'Running'), ('completed', 'Completed'), ('failed', 'Failed')], default='completed', max_length=10)),
                ('author', models.CharField(max_length=254)),
                ('source', models.CharField(choices=[('api', 'API'), ('admin', 'Admin'), ('bulk', 'Bulk operation'), ('import', 'Import'), ('command', 'Command'), ('system', 'System'), ('database', 'Database (no signature)')], max_length=10)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('selection', models.JSONField(default=dict)),
                ('lead_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('request', models.JSONField(default=dict)),
                ('reason', models.TextField(blank=True)),
                ('requested_count', models.PositiveIntegerField(default=0)),
                ('changed_count', models.PositiveIntegerField(default=0)),
                ('unchanged_count', models.PositiveIntegerField(default=0, help_text='They stood like this already.')),
                ('failed_count', models.PositiveIntegerField(default=0)),
                ('failures', models.JSONField(default=list)),
                ('report', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('finished_at', models.DateTimeField(null=True)),
                ('author_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undoes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='leads.bulkoperation')),
            ],
            options={
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(models.F('created_at'), models.F('id'), name='leads_operation_created'), models.Index(models.F('author_user'), models.F('created_at'), models.F('id'), name='leads_operation_author')],
            },
        ),
        migrations.AddIndex(
            model_name='savedfilter',
            index=models.Index(models.F('is_public'), condition=models.Q(('is_public', True)), name='leads_saved_filter_public'),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.UniqueConstraint(fields=('owner', 'name'), name='leads_saved_filter_name_once'),
        ),
        migrations.AddIndex(
            model_name='savedfilteruse',
            index=models.Index(models.F('user'), models.F('used_at'), name='leads_saved_filter_recent'),
        ),
        migrations.AddConstraint(
            model_name='savedfilteruse',
            constraint=models.UniqueConstraint(fields=('user', 'saved_filter'), name='leads_saved_filter_use_once'),
        ),
        migrations.RunSQL((SQL / "0006_restoring.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(PAST_IMPORTS, migrations.RunSQL.noop),
    ]
