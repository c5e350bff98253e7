"""Events that were given up on, taken up again from the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.core import events
from crm.core.choices import Role, Source
from crm.core.exceptions import NotAllowed
from crm.core.models import OutboxEvent
from crm.core.services.outbox import retry_events
from crm.core.tests.factories import make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:core_outboxevent_changelist")
TOPIC = "tests.heard"


def set_aside(**fields: Any) -> OutboxEvent:
    given = {"topic": TOPIC, "key": "k", "payload": {}, "attempts": 30, "failed_at": timezone.now()}
    return OutboxEvent.objects.create(**{**given, "last_error": "KeyError", **fields})


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    ids: list[int] = []
    monkeypatch.setitem(events._receivers, TOPIC, [lambda event: ids.append(event.pk)])
    return ids


def test_an_event_is_tried_again_from_its_page(
    admin: Client, heard: list[int], deliver: Callable[[], int]
) -> None:
    event = set_aside()
    assert deliver() == 0
    url = reverse("admin:core_outboxevent_try_again", args=[event.pk])
    page = reverse("admin:core_outboxevent_change", args=[event.pk])
    assert url in admin.get(page).content.decode()
    answer = admin.post(url)
    assert answer.headers["Location"] == page
    assert told(answer) == ["1 event will be delivered again within seconds."]
    assert deliver() == 1
    assert heard == [event.pk]
    assert url not in admin.get(page).content.decode()


def test_several_are_tried_again_from_the_list(
    admin: Client, heard: list[int], deliver: Callable[[], int]
) -> None:
    first, second, waiting = set_aside(), set_aside(key="other"), set_aside(failed_at=None, attempts=3)
    sent = {"action": "try_again", "_selected_action": [first.pk, second.pk, waiting.pk], "index": "0"}
    assert told(admin.post(LIST, sent)) == ["2 events will be delivered again within seconds."]
    waiting.refresh_from_db()
    assert waiting.attempts == 3  # not set aside: left alone
    deliver()
    assert heard == [first.pk, second.pk, waiting.pk]


def test_a_link_alone_tries_nothing(admin: Client) -> None:
    event = set_aside()
    assert admin.get(reverse("admin:core_outboxevent_try_again", args=[event.pk])).status_code == 405
    event.refresh_from_db()
    assert event.failed_at is not None


def test_managers_do_not(manager: Client) -> None:
    event = set_aside()
    manager.post(reverse("admin:core_outboxevent_try_again", args=[event.pk]))
    with pytest.raises(NotAllowed):
        retry_events([event.pk], actor=make_user(role=Role.MANAGER).actor(Source.ADMIN))
    event.refresh_from_db()
    assert event.failed_at is not None
