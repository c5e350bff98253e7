"""The rules a new installation starts with: the law table and the first scorecard."""

import json
from typing import Any

from django.db import migrations

from leads.services.law import LAW_FILE, load_law, read_law


def load_first_rules(apps: Any, schema_editor: Any) -> None:
    load_law(read_law(), model=apps.get_model("leads", "StateLaw"))
    weights = json.loads(LAW_FILE.with_name("scorecard_v1.json").read_text(encoding="utf-8"))
    scorecards = apps.get_model("leads", "Scorecard").objects
    if not scorecards.exists():
        scorecards.create(weights=weights, author="installation", note="First weights")


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_triggers")]

    operations = [migrations.RunPython(load_first_rules, migrations.RunPython.noop)]
