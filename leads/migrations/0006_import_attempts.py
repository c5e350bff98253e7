"""Imports: how often a worker began."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0005_pool_and_converted'),
    ]

    operations = [
        migrations.AddField(
            model_name='leadimport',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, help_text='How often a worker began; one that is killed leaves the rest to the next.'),
        ),
    ]
