"""People, with the way from an agent who left to what became of the leads."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from crm.core.admin.base import actor_of
from crm.core.admin.people import PersonAdmin
from crm.core.models import User
from leads.admin.records import links_to
from leads.choices import OperationKind
from leads.models import BulkOperation

admin.site.unregister(User)


@admin.register(User)
class LeadsPersonAdmin(PersonAdmin):
    """Says where a handover is seen and undone."""

    def tell_departure(self, request: HttpRequest, told: str) -> str:
        actor = actor_of(request)
        mine = BulkOperation.objects.filter(
            kind=OperationKind.HANDOVER, author_user=actor.user_id, request_id=actor.request_id
        )
        handover = mine.first()
        return format_html("{} {}", told, links_to(handover)) if handover else told
