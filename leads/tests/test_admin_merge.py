"""Duplicates in the admin: found, compared side by side, merged, taken apart."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from leads.admin.merging import compare_url
from leads.models import BulkOperation, Comment, Lead
from leads.services.merging.merging import merge_leads
from leads.tests.factories import make_lead
from leads.tests.undoing import MANAGER, edit, sign_off

pytestmark = pytest.mark.django_db


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def seen(client: Client, url: str) -> tuple[str, str]:
    """The page, and the version of the leads that it shows."""
    page = client.get(url).content.decode()
    return page, page.partition('name="seen" value="')[2].partition('"')[0].replace("&quot;", '"')


def answered(client: Client, url: str, **given: Any) -> Any:
    answer = client.post(url, {"seen": seen(client, url)[1], **given})
    sign_off()
    return answer


def test_the_list_leads_to_the_comparison(manager: Client) -> None:
    leads = [make_lead(), make_lead()]
    sent = {"action": "merge_leads", "_selected_action": [str(lead.pk) for lead in leads]}
    answer = manager.post(reverse("admin:leads_lead_changelist"), sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:leads_lead_merge"))
    assert all(str(lead.pk) in answer["Location"] for lead in leads)


@pytest.mark.parametrize("dispositions", [["New"], ["Closed", "Closed"]])
def test_what_cannot_be_merged_is_told_in_the_list_as_it_was_filtered(
    manager: Client, dispositions: list[str]
) -> None:
    leads = [make_lead(disposition=disposition, state="NY") for disposition in dispositions]
    sent = {"action": "merge_leads", "_selected_action": [str(lead.pk) for lead in leads]}
    answer = manager.post(f"{reverse('admin:leads_lead_changelist')}?state=NY", sent)
    assert answer["Location"] == f"{reverse('admin:leads_lead_changelist')}?state=NY"
    assert "lead_ids" not in told(answer)[0]


def test_leads_stand_side_by_side_with_the_rules_choice_and_what_differs(manager: Client) -> None:
    kept = make_lead(assigned_agent=None, disposition="Contacted", city="", injury_type="neck <b>")
    other = make_lead(city="Alton", injury_type="back", lead_value="35.00", disposition="Rejected")
    page, _ = seen(manager, compare_url([other.pk, kept.pk]))
    assert f"Merge into {kept}" in page
    assert "neck &lt;b&gt;" in page
    assert "<b>" not in page
    assert "$35.00 of lead value no longer counts" in page
    assert f'name="field_injury_type" value="{kept.pk}" checked' in page
    assert f'name="field_address" value="{other.pk}"' in page
    assert "fault_percent" not in page
    turned, _ = seen(manager, compare_url([other.pk, kept.pk], keep=other.pk))
    assert f'name="field_injury_type" value="{other.pk}" checked' in turned


def test_what_is_chosen_is_merged_and_can_be_undone_from_the_message(manager: Client) -> None:
    kept, other = make_lead(injury_type="neck", notes="a"), make_lead(injury_type="back", notes="b")
    Comment.objects.create(lead=other, author_id=int(manager.session["_auth_user_id"]), comment="called")
    url = compare_url([kept.pk, other.pk], keep=kept.pk)
    assert "Moves to the kept lead: comments (1)." in seen(manager, url)[0]
    answer = answered(
        manager,
        url,
        field_injury_type=str(other.pk),
        field_notes="",
        field_phone=str(kept.pk),
        reason=" one person ",
    )
    assert answer["Location"] == reverse("admin:leads_lead_change", args=[kept.pk])
    operation = BulkOperation.objects.get()
    assert reverse("admin:leads_bulkoperation_undo", args=[operation.pk]) in told(answer)[0]
    assert operation.request["fields"] == {"injury_type": str(other.pk)}
    assert (operation.source, operation.reason) == ("admin", "one person")
    kept.refresh_from_db()
    assert (kept.injury_type, kept.notes[:1]) == ("back", "a")
    assert Comment.objects.get().lead_id == kept.pk


def test_nothing_is_merged_that_was_not_seen(manager: Client) -> None:
    kept, other = make_lead(), make_lead()
    url = compare_url([kept.pk, other.pk], keep=kept.pk)
    _, version = seen(manager, url)
    edit(other, city="Alton")
    answer = manager.post(url, {"seen": version})
    assert "changed while you compared" in told(answer)[0]
    assert BulkOperation.objects.count() == 0


def test_what_cannot_be_merged_is_told(manager: Client) -> None:
    kept, closed = make_lead(), make_lead(disposition="Closed")
    answer = manager.get(compare_url([kept.pk, closed.pk], keep=kept.pk))
    assert "converted" in told(answer)[0]
    assert manager.get(compare_url([kept.pk, closed.pk])).status_code == 200
    assert "at least one lead" in told(manager.get(compare_url([kept.pk])))[0]
    assert manager.get(compare_url([uuid4()])).status_code == 404
    assert manager.get(reverse("admin:leads_lead_merge") + "?lead=x&keep=y").status_code == 404


def test_a_leads_page_leads_to_its_possible_duplicates(manager: Client) -> None:
    lead = make_lead()
    other = make_lead(alternate_phone=lead.phone, last_name="Ortiz")
    url = reverse("admin:leads_lead_duplicates", args=[lead.pk])
    assert url in manager.get(reverse("admin:leads_lead_change", args=[lead.pk])).content.decode()
    page = manager.get(url).content.decode()
    assert f'name="lead" value="{other.pk}"' in page
    assert "phone, name" in page
    alone = reverse("admin:leads_lead_duplicates", args=[make_lead(last_name="Lee").pk])
    assert "No other lead has" in manager.get(alone).content.decode()


def test_the_merges_page_names_the_people_and_leads_to_them(manager: Client) -> None:
    kept, other = make_lead(injury_type="neck"), make_lead(injury_type="back")
    done = merge_leads(kept.pk, [other.pk], fields={"injury_type": other.pk}, actor=MANAGER)
    sign_off()
    page = manager.get(reverse("admin:leads_bulkoperation_change", args=[done.operation.pk]))
    for lead in (kept, other):
        link = f'href="{reverse("admin:leads_lead_change", args=[lead.pk])}">{lead}</a>'
        assert link in page.content.decode()
    assert page.context["asked"] == [("Taken by choice", f"injury type of {other}")]
    assert [title for title, _ in page.context["merged"]] == ["Kept", "Merged into it"]


def test_a_merged_leads_page_leads_to_the_undo(manager: Client) -> None:
    kept, other = make_lead(), make_lead()
    done = merge_leads(kept.pk, [other.pk], actor=MANAGER)
    sign_off()
    page = manager.get(reverse("admin:leads_lead_change", args=[other.pk])).content.decode()
    unmerge = reverse("admin:leads_lead_unmerge", args=[other.pk])
    assert unmerge in page
    assert reverse("admin:leads_lead_change", args=[kept.pk]) in page
    undo = reverse("admin:leads_bulkoperation_undo", args=[done.operation.pk])
    assert manager.get(unmerge)["Location"] == undo
    assert manager.get(undo).status_code == 200
    manager.post(undo, {"reason": "two people"})
    sign_off()
    other.refresh_from_db()
    assert (other.disposition, other.merged_into) == ("New", None)
    assert manager.get(unmerge).status_code == 404


def test_a_lead_merged_past_the_program_is_told_so(manager: Client) -> None:
    kept, other = make_lead(), make_lead()
    edit(other, disposition="Duplicate", merged_into=kept)
    answer = manager.get(reverse("admin:leads_lead_unmerge", args=[other.pk]))
    assert "No operation merged" in told(answer)[0]
    assert Lead.objects.get(pk=other.pk).merged_into_id == kept.pk
