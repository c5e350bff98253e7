"""Mail through a real SMTP server, and what happens while it is down."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from celery.exceptions import Retry
from pytest_django import Settings

from crm.core.models import PasswordReset
from crm.core.tasks import mail_code
from crm.core.tests.factories import make_user

pytestmark = pytest.mark.django_db


class Letterbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.letters.append(message)


@pytest.fixture
def letterbox(settings: Settings) -> Iterator[Letterbox]:
    box = Letterbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server: Any = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield box
    server.stop()


def test_a_mail_arrives_as_text_and_html(letterbox: Letterbox) -> None:
    user = make_user(first_name="Zoë", last_name="")

    mail_code(user.email)

    (letter,) = letterbox.letters
    assert letter["To"] == user.email
    assert letter["Subject"] == "Your code for a new password"
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    plain = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    payload = plain.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert "Hello Zoë" in payload.decode()


def test_without_a_server_mails_are_kept_beside_the_data(settings: Settings) -> None:
    assert str(settings.DATA_DIR / "mail") == settings.EMAIL_FILE_PATH


def test_while_the_server_is_down_the_task_tries_again_with_a_fresh_code(settings: Settings) -> None:
    user = make_user()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with pytest.raises((Retry, ConnectionRefusedError, smtplib.SMTPException)):
        mail_code(user.email)

    reset = PasswordReset.objects.get(user=user)
    assert reset.mailed_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail_code(user.email)
    reset.refresh_from_db()
    assert reset.mailed_at is not None
