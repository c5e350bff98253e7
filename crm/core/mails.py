"""Writing a mail: `templates/mail/<name>.txt` and, for readers that show it, `.html`."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

Attachment = tuple[str, bytes, str]
"""A file's name, content and type."""


def send(
    *, to: str, subject: str, template: str, attachments: Iterable[Attachment] = (), **context: Any
) -> None:
    """Render and send one mail now; raises what the mail server's refusal raises."""
    context = {"public_url": settings.PUBLIC_URL, "subject": subject, **context}
    message = EmailMultiAlternatives(subject, render_to_string(f"mail/{template}.txt", context), to=[to])
    message.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    for name, content, content_type in attachments:
        message.attach(name, content, content_type)
    message.send()
