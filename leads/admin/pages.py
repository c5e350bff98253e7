"""What a lead's page shows beside its facts, and the pages that lead away from it."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from crm.core.actors import Actor
from crm.core.admin.base import actor_of
from crm.core.exceptions import DomainError
from leads.admin.acting import ActForm
from leads.admin.columns import DISPOSITION_COLOURS, deadline_of
from leads.admin.explaining import drawn, told
from leads.models import Comment, Lead
from leads.selectors import explanation_of, history_of
from leads.services.comments import add_comment

COMMENTS_SHOWN = 50
HISTORY_SHOWN = 50
MENTION = re.compile(r"@([\w.+-]+@[\w-]+\.[\w.-]*\w)")


def act_page(
    model_admin: ModelAdmin, request: HttpRequest, lead: Lead, form_class: type[ActForm]
) -> HttpResponse:
    """Ask what is needed, act on the lead, go back to its page and tell."""
    back = reverse("admin:leads_lead_change", args=[lead.pk])
    form = form_class(request.POST if request.method == "POST" else None, lead=lead)
    if form.is_bound and form.is_valid() and form.apply(actor_of(request)):
        messages.success(request, f"{lead}: {form.done}.")
        return redirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": form.title,
        "button": form.button,
        "form": form,
        "lead": lead,
        "back": back,
    }
    return TemplateResponse(request, "admin/leads/lead/act.html", context)


def comment_view(request: HttpRequest, lead: Lead) -> HttpResponse:
    """Add what was written, with the people it names."""
    text = request.POST.get("comment", "").strip()
    if text:
        try:
            add_comment(lead.pk, comment=text, mentions=MENTION.findall(text), actor=actor_of(request))
        except DomainError as refusal:
            messages.error(request, refusal.message)
    return redirect(reverse("admin:leads_lead_change", args=[lead.pk]) + "#comments")


def panels_of(lead: Lead, actor: Actor) -> dict[str, Any]:
    """The panels of one lead's page: a constant number of statements."""
    return {
        "lead": lead,
        "badge": DISPOSITION_COLOURS.get(lead.disposition, "default"),
        "due": deadline_of(lead),
        "history": told(history_of(lead.pk, actor, limit=HISTORY_SHOWN)),
        "explained": drawn(explanation_of(lead.pk, actor)),
        "comments": list(Comment.objects.filter(lead=lead.pk).select_related("author")[:COMMENTS_SHOWN]),
    }
