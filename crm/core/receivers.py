"""What happens after an event: here, mails."""

from crm.core import tasks
from crm.core.events import on
from crm.core.models import OutboxEvent


@on("account.invited")
def mail_invitation(event: OutboxEvent) -> None:
    tasks.mail_invitation.delay(event.payload["invitation_id"])


@on("account.password_forgotten")
def mail_code(event: OutboxEvent) -> None:
    tasks.mail_code.delay(event.payload["email"])
