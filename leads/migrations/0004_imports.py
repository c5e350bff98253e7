"""Imports: duplicates counted, restarts, refused rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0003_first_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='leadimport',
            name='creates_owners',
            field=models.BooleanField(default=False, help_text='Make an account for each owner nobody matches.'),
        ),
        migrations.AddField(
            model_name='leadimport',
            name='duplicate_count',
            field=models.PositiveIntegerField(default=0, help_text='Of the refused, those known already.'),
        ),
        migrations.AddField(
            model_name='leadimport',
            name='last_row',
            field=models.PositiveIntegerField(default=0, help_text='Where a restart goes on; the header is row 1.'),
        ),
        migrations.CreateModel(
            name='ImportRefusal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('row', models.PositiveIntegerField(help_text='As a spreadsheet numbers it; the header is row 1.')),
                ('reason', models.TextField()),
                ('cells', models.JSONField()),
                ('lead_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='leads.leadimport')),
            ],
            options={
                'verbose_name': 'refused row',
                'ordering': ['lead_import', 'row'],
                'constraints': [models.UniqueConstraint(fields=('lead_import', 'row'), name='leads_refusal_once')],
            },
        ),
    ]
