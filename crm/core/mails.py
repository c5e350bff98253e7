"""Writing a mail: `templates/mail/<name>.txt` and, for readers that show it, `.html`."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send(*, to: str, subject: str, template: str, **context: Any) -> None:
    """Render and send one mail now; raises what the mail server's refusal raises."""
    context = {"public_url": settings.PUBLIC_URL, "subject": subject, **context}
    message = EmailMultiAlternatives(subject, render_to_string(f"mail/{template}.txt", context), to=[to])
    message.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    message.send()
