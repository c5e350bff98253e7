"""The README's promises."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from pytest_django.live_server_helper import LiveServer

from crm.core.choices import Role
from crm.core.tests.factories import make_user
from leads.models import Lead

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.django_db(transaction=True)
def test_the_tour_works_as_pasted(live_server: LiveServer) -> None:
    make_user(role=Role.MANAGER, email="manager@demo.test", password="a-password-for-the-tour")
    make_user(role=Role.AGENT, email="agent1@demo.test")
    found = re.search(r"```sh tour\n(.*?)```", README, re.DOTALL)
    assert found
    done = subprocess.run(
        ["bash", "-eu"],
        input=found[1],
        env={**os.environ, "BASE": live_server.url, "DEMO_PASSWORD": "a-password-for-the-tour"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    for told in (
        "TOUR",
        "duplicate_lead",
        '"chosen": "agent1@demo.test"',
        '"factors"',
        "Contacted",
        "invalid_transition",
        '"created"',
        '"restored"',
        "{'total': 1, 'change': None}",
        "'avgResponseMinutes'",
    ):
        assert told in done.stdout, (told, done.stdout)
    lead = Lead.objects.get()
    assert lead.phone.startswith("+1312555")
    assert (lead.state, lead.treatment, lead.disposition, lead.tags) == ("IL", "emergency", "Contacted", [])


def test_every_file_the_docs_point_to_exists() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} points to {target}"


def test_every_command_and_every_job_of_beat_is_in_the_operations_page() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    apps = {"crm.core", "agencies", "pricing", "leads", "analytics", "crm.benchmark"}
    ours = {name for name, app in get_commands().items() if app in apps}
    assert {"seed_demo", "rebuild_stats", "benchmark"} <= ours
    assert {name for name in ours if not re.search(rf"`{name}[ `]", page)} == set()
    assert {name for name in settings.CELERY_BEAT_SCHEDULE if f"| `{name}` |" not in page} == set()


def test_every_variable_of_the_settings_is_in_the_readme() -> None:
    read = set(
        re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', (ROOT / "crm" / "settings.py").read_text(encoding="utf-8"))
    )
    internal = {
        "TEST_DATABASE_NAME", "CACHE_PREFIX", "CSRF_TRUSTED_ORIGINS", "SECURE_SSL_REDIRECT", "DEBUG", "CRM_PROGRAM",
    }  # fmt: skip
    missing = {name for name in read - internal if f"`{name}`" not in README}
    assert missing == set()
