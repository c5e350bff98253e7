from collections.abc import Callable, Iterator

import pytest
from celery import current_app
from rest_framework.test import APIClient

from crm.core.delivery import deliver_waiting


@pytest.fixture
def client() -> APIClient:
    """Somebody who is not signed in."""
    return APIClient()


@pytest.fixture
def deliver() -> Iterator[Callable[[], int]]:
    """Delivers the waiting events, and does at once what they ask workers to do."""
    current_app.conf.task_always_eager = True
    yield deliver_waiting
    current_app.conf.task_always_eager = False
