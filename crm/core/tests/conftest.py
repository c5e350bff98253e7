from collections.abc import Iterator

import pytest
from celery import current_app
from rest_framework.test import APIClient

from crm.core.delivery import deliver_waiting


@pytest.fixture
def client() -> APIClient:
    """Somebody who is not signed in."""
    return APIClient()


@pytest.fixture
def delivered(django_capture_on_commit_callbacks: object) -> Iterator[object]:
    """Call it to have the waiting events delivered and their tasks done at once."""
    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    yield deliver_waiting
    current_app.conf.task_always_eager = before
