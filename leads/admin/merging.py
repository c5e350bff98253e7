"""Possible duplicates of a lead, and leads side by side before they are merged."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from crm.core.admin.base import ServiceAdmin, actor_of, told_refusal
from crm.core.exceptions import DomainError
from leads.admin.changelist import UUID_LIKE
from leads.admin.columns import DISPOSITION_COLOURS
from leads.admin.explaining import field_name, shown, words
from leads.admin.records import told_outcome
from leads.models import Lead
from leads.selectors import likely_duplicates
from leads.services.merging.checking import MOST_MERGED, leads_to_merge
from leads.services.merging.merging import merge_leads
from leads.services.merging.picking import Pick
from leads.services.merging.previewing import MergePreview, best_to_keep, preview_merge
from leads.services.merging.unmerging import merging_operation

CHANGED = "One of these leads was changed while you compared them, so nothing was merged; look at them again."
TOO_FEW = "Choose two leads or more that are the same person; nothing was merged."


class MergePages(ServiceAdmin):
    """Added to the pages of leads."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("merge/", view(self.merge_view), name="leads_lead_merge"),
            path("<uuid:lead_id>/duplicates/", view(self.duplicates_view), name="leads_lead_duplicates"),
            path("<uuid:lead_id>/unmerge/", view(self.unmerge_view), name="leads_lead_unmerge"),
            *super().get_urls(),
        ]

    @admin.action(description="Merge…", permissions=["change"])
    def merge_leads(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse:
        leads = list(queryset[: MOST_MERGED + 2])
        if len(leads) < 2:
            messages.error(request, TOO_FEW)
            return redirect(request.get_full_path())
        kept, lead_ids = best_to_keep(leads), [lead.pk for lead in leads]
        others = [lead_id for lead_id in lead_ids if lead_id != kept.pk]
        try:
            leads_to_merge(kept.pk, others, actor=actor_of(request))
        except DomainError as refusal:
            messages.error(request, told_refusal(refusal))
            return redirect(request.get_full_path())
        return redirect(compare_url(lead_ids))

    def duplicates_view(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        """Leads that look like the same person, to be chosen for a merge."""
        self._require_change(request)
        lead = get_object_or_404(self.get_queryset(request), pk=lead_id)
        found = [
            {"look": look, "same": ", ".join(words(name).lower() for name in look.same)}
            for look in likely_duplicates(lead, actor_of(request))
        ]
        context = {
            **self._context(request, "Possible duplicates"),
            "lead": lead,
            "found": found,
            "back": reverse("admin:leads_lead_change", args=[lead.pk]),
        }
        return TemplateResponse(request, "admin/leads/lead/duplicates.html", context)

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """The leads side by side; the choices made there, merged."""
        self._require_change(request)
        back = reverse("admin:leads_lead_changelist")
        try:
            found = self._preview(request)
            if request.method != "POST":
                return self._compare(request, found)
            if request.POST.get("seen") != _version(found):
                messages.warning(request, CHANGED)
                return self._compare(request, found)
            back = compare_url((lead.pk for lead in found.leads), keep=found.kept.pk)
            done = merge_leads(
                found.kept.pk,
                [lead.pk for lead in found.leads[1:]],
                fields=_choices(request.POST, found.picks),
                reason=request.POST.get("reason", "").strip(),
                actor=actor_of(request),
            )
        except DomainError as refusal:
            messages.error(request, told_refusal(refusal))
            return redirect(back)
        messages.success(request, told_outcome(done.operation, "merged"))
        return redirect("admin:leads_lead_change", done.kept_id)

    def unmerge_view(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        """The way to the page that undoes the merge."""
        self._require_change(request)
        lead = get_object_or_404(self.get_queryset(request), pk=lead_id, merged_into__isnull=False)
        try:
            return redirect("admin:leads_bulkoperation_undo", merging_operation(lead))
        except DomainError as refusal:
            messages.error(request, told_refusal(refusal))
            return redirect("admin:leads_lead_change", lead.pk)

    def _require_change(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title}

    def _preview(self, request: HttpRequest) -> MergePreview:
        """What the address asks for: `lead` each, `keep` one of them, or the one that suggests itself."""
        named = [text for text in request.GET.getlist("lead") if UUID_LIKE.fullmatch(text)]
        lead_ids = list(dict.fromkeys(map(UUID, named)))
        leads = list(self.get_queryset(request).filter(pk__in=lead_ids[: MOST_MERGED + 2]))
        if not leads:
            raise Http404
        keep = request.GET.get("keep", "")
        kept_id = UUID(keep) if UUID_LIKE.fullmatch(keep) else best_to_keep(leads).pk
        others = [lead_id for lead_id in lead_ids if lead_id != kept_id]
        return preview_merge(kept_id, others, actor=actor_of(request))

    def _compare(self, request: HttpRequest, found: MergePreview) -> HttpResponse:
        lead_ids = [lead.pk for lead in found.leads]
        context = {
            **self._context(request, "Merge leads"),
            "preview": found,
            "columns": [
                {
                    "lead": lead,
                    "badge": DISPOSITION_COLOURS.get(lead.disposition, "default"),
                    "keep_url": compare_url(lead_ids, keep=lead.pk),
                }
                for lead in found.leads
            ],
            "rows": [_row(pick) for pick in found.picks if not pick.is_silent],
            "children": [
                (name.replace("_", " "), number) for name, number in found.children.items() if number
            ],
            "seen": _version(found),
            "back": reverse("admin:leads_lead_change", args=[found.kept.pk]),
        }
        return TemplateResponse(request, "admin/leads/lead/merge.html", context)


def compare_url(lead_ids: Iterable[UUID], keep: UUID | None = None) -> str:
    """The page that shows these leads side by side."""
    kept = {"keep": str(keep)} if keep else {}
    query = urlencode({"lead": [str(lead_id) for lead_id in lead_ids], **kept}, doseq=True)
    return f"{reverse('admin:leads_lead_merge')}?{query}"


def _version(found: MergePreview) -> str:
    """What was seen: the kept lead, and each lead as it was."""
    return " ".join(f"{lead.pk} {lead.etag()}" for lead in found.leads)


def _row(pick: Pick) -> dict[str, Any]:
    return {
        "name": pick.fields[0],
        "title": ", ".join(words(field_name(name)) for name in pick.fields),
        "differs": pick.differs,
        "is_made_of_several": pick.chosen is None,
        "cells": [
            {
                "lead_id": lead_id,
                "is_chosen": lead_id == pick.chosen,
                "values": [shown(value) for value in said.values() if shown(value) != "empty"],
            }
            for lead_id, said in pick.said.items()
        ],
    }


def _choices(posted: QueryDict | Mapping[str, Any], picks: Iterable[Pick]) -> dict[str, UUID]:
    """The leads chosen otherwise than by rule."""
    chosen: dict[str, UUID] = {}
    for pick in picks:
        given = str(posted.get(f"field_{pick.fields[0]}", ""))
        if UUID_LIKE.fullmatch(given) and UUID(given) != pick.chosen:
            chosen[pick.fields[0]] = UUID(given)
    return chosen
