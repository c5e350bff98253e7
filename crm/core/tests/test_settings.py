"""Production refuses to start on less than a real deployment's settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "crm.example.com",
    "DATABASE_URL": "postgres://crm@db/crm",
    "REDIS_URL": "redis://redis:6379/0",
    "PUBLIC_URL": "https://crm.example.com",
}


SHOWN = "import crm.settings as s; print(s.SESSION_COOKIE_SECURE, s.DEBUG)"
OPTIONS = "from django.conf import settings as s; print(s.DATABASES['default'].get('OPTIONS') or None)"


def start(tmp_path: Path, code: str = SHOWN, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **GOOD, **changes}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_configuration_starts(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "True False"), done.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    done = start(tmp_path, **changes)
    assert done.returncode != 0
    assert f"production cannot start: {named}" in done.stderr


def test_a_business_time_zone_that_is_none_is_named(tmp_path: Path) -> None:
    done = start(tmp_path, BUSINESS_TIME_ZONE="Mars/Phobos")
    assert done.returncode != 0
    assert "BUSINESS_TIME_ZONE: 'Mars/Phobos' is no time zone" in done.stderr


@pytest.mark.parametrize(
    ("program", "changes", "options"),
    [
        ("crm.asgi", {}, {"options": "-c jit=off -c statement_timeout=15s"}),
        ("crm.asgi", {"STATEMENT_TIMEOUT": "3"}, {"options": "-c jit=off -c statement_timeout=3s"}),
        ("crm.asgi", {"STATEMENT_TIMEOUT": "0"}, {"options": "-c jit=off"}),
        (
            "crm.wsgi",
            {"DATABASE_URL": "postgres://crm@db/crm?options=-c%20work_mem%3D9MB"},
            {"options": "-c work_mem=9MB -c jit=off -c statement_timeout=15s"},
        ),
        ("crm.celery", {"DJANGO_SETTINGS_MODULE": "crm.settings"}, {"options": "-c jit=off"}),
    ],
)
def test_only_a_web_servers_statements_have_a_time_limit(
    tmp_path: Path, program: str, changes: dict[str, str], options: dict[str, str]
) -> None:
    done = start(tmp_path, f"import {program}; {OPTIONS}", **changes)
    assert done.stdout.strip() == str(options), done.stderr


def test_a_development_checkout_makes_its_own_secret_once(tmp_path: Path) -> None:
    development = {
        "ENVIRONMENT": "development",
        "SECRET_KEY": "",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "ALLOWED_HOSTS": "localhost",
    }
    assert start(tmp_path, **development).returncode == 0
    key = (tmp_path / "secret_key").read_text()
    assert len(key) > 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert start(tmp_path, **development).returncode == 0
    assert (tmp_path / "secret_key").read_text() == key
