"""The pages between the list of leads and a bulk operation: the question, and what became of the leads."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.signing import BadSignature
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from crm.core.admin.base import actor_of
from crm.core.exceptions import DomainError
from leads.admin.bulk import BulkForm
from leads.admin.records import counted, told_outcome
from leads.admin.selecting import Summary, chosen_leads, read, summed_up, written
from leads.models import Lead
from leads.services.bulk.operations import Selection

FILTERS = "_changelist_filters"  # as Django's admin hands them on
EXPIRED = "What was selected could not be read any more, and nothing was done; select the leads again."


def question_page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    leads: QuerySet[Lead],
    word: str,
    form_class: type[BulkForm],
) -> HttpResponse:
    """Ask what an action on the leads chosen in the list needs."""
    try:
        selection = chosen_leads(request, leads)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(request.get_full_path())
    if not selection.lead_ids:
        messages.warning(request, "These leads are not in the list any more; nothing was done.")
        return redirect(request.get_full_path())
    summary = summed_up(selection, actor_of(request))
    form = form_class(summary=summary)
    return _page(model_admin, request, word, form, selection, request.GET.urlencode())


def answer_page(
    model_admin: ModelAdmin, request: HttpRequest, word: str, form_class: type[BulkForm]
) -> HttpResponse:
    """Do it, go back to the list and tell how it went; or ask again."""
    actor, filters = actor_of(request), request.GET.get(FILTERS, "")
    back = redirect(_list_url(filters))
    if request.method != "POST":
        return back
    try:
        selection = read(request.POST.get("selection", ""))
    except BadSignature:
        messages.error(request, EXPIRED)
        return back
    form = form_class(request.POST, summary=summed_up(selection, actor))
    operation = form.apply(selection, actor) if form.is_valid() else None
    if operation is None:
        return _page(model_admin, request, word, form, selection, filters)
    if operation.changed_count or not operation.failed_count:
        level = messages.WARNING if operation.failed_count else messages.SUCCESS
        messages.add_message(request, level, told_outcome(operation, form.done))
        return back
    form.add_error(None, told_outcome(operation, form.done))
    return _page(model_admin, request, word, form, selection, filters)


def _list_url(filters: str) -> str:
    url = reverse("admin:leads_lead_changelist")
    return f"{url}?{filters}" if filters else url


def _page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    word: str,
    form: BulkForm,
    selection: Selection,
    filters: str,
) -> HttpResponse:
    summary: Summary = form.summary
    target = reverse(f"admin:leads_lead_bulk_{word}")
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": form.title,
        "button": form.button,
        "form": form,
        "summary": summary,
        "selected": counted(summary.total),
        "selection": written(selection),
        "target": f"{target}?{urlencode({FILTERS: filters})}" if filters else target,
        "back": _list_url(filters),
    }
    return TemplateResponse(request, "admin/leads/lead/bulk.html", context)
