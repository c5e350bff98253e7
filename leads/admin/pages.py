"""What a lead's page shows beside its facts, and the pages that lead away from it."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
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

MOST_SELECTED = 200  # one page of the list; more is a bulk operation's work
COMMENTS_SHOWN = 50
HISTORY_SHOWN = 50
MENTION = re.compile(r"@([\w.+-]+@[\w-]+\.[\w.-]*\w)")


def act_page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    leads: QuerySet[Lead],
    form_class: type[ActForm],
    *,
    is_one: bool = False,
) -> HttpResponse:
    """Ask what is needed, act on each of `leads`, go back and tell how it went."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    chosen = list(leads.select_related("agency", "assigned_agent")[: MOST_SELECTED + 1])
    if not chosen:
        raise Http404
    back = reverse("admin:leads_lead_change", args=[chosen[0].pk]) if is_one else request.get_full_path()
    if len(chosen) > MOST_SELECTED:
        messages.error(request, f"Select {MOST_SELECTED} leads or fewer.")
        return redirect(back)
    form = form_class(request.POST if "apply" in request.POST else None, leads=chosen)
    if form.is_bound and form.is_valid() and form.apply(request, actor_of(request)):
        return redirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": form.title,
        "button": form.button,
        "form": form,
        "leads": chosen,
        "is_one": is_one,
        "back": back,
        "action": request.POST.get("action", ""),
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
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
