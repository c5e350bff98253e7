"""Schedules of reports in the admin."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.tests.factories import make_agency
from analytics.models.reports import DeliveryStatus, ReportDelivery, ReportSchedule
from analytics.tests.reporting import make_business, make_schedule
from crm.core.choices import Role
from crm.core.tests.browsing import browser_as

pytestmark = pytest.mark.django_db

LIST = reverse("admin:analytics_reportschedule_changelist")
ADD = reverse("admin:analytics_reportschedule_add")
FORM = {
    "name": "Weekly report",
    "is_active": "on",
    "period": "week",
    "agency": "",
    "audience": "staff",
    "formats": ["pdf", "xlsx"],
    "frequency": "weekly",
    "weekday": "0",
    "day_of_month": "1",
    "time": "07:00",
    "recipients": "Boss@example.com\ncfo@example.com, boss@example.com",
}


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The deliveries handed to a worker."""
    ids: list[int] = []
    monkeypatch.setattr("analytics.admin.reports.deliver_report.delay", ids.append)
    return ids


def page_of(schedule: ReportSchedule, name: str = "change", *args: Any) -> str:
    return reverse(f"admin:analytics_reportschedule_{name}", args=[schedule.pk, *args])


def test_a_manager_makes_a_schedule(manager: Client) -> None:
    assert manager.get(ADD).status_code == 200
    answer = manager.post(ADD, FORM)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    schedule = ReportSchedule.objects.get()
    assert schedule.recipients == ["boss@example.com", "cfo@example.com"]
    assert schedule.formats == ["pdf", "xlsx"]
    assert schedule.next_run is not None
    assert schedule.next_run > datetime(2026, 1, 1, tzinfo=UTC)
    assert "manager" in schedule.created_by


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("recipients", "boss@example.com; no address, x@", "Not an e-mail address: no"),
        ("recipients", " ,\n ", "Name at least one address."),
        ("formats", [], "This field is required."),
        ("audience", "agency", "Choose the agency whose copy this is."),
        ("day_of_month", "32", "less than or equal to 31"),
        ("day_of_month", "0", "greater than or equal to 1"),
        ("name", "", "This field is required."),
    ],
)
def test_what_is_wrong_is_told_on_its_field(manager: Client, field: str, value: Any, sentence: str) -> None:
    page = manager.post(ADD, {**FORM, field: value})
    assert page.status_code == 200
    errors = page.context["adminform"].form.errors
    assert sentence in str(errors["agency" if field == "audience" else field])
    assert not ReportSchedule.objects.exists()


def test_two_schedules_do_not_share_a_name(manager: Client) -> None:
    make_schedule()
    page = manager.post(ADD, FORM)
    assert "name" in page.context["adminform"].form.errors


def test_a_schedule_is_changed_where_it_was_changed(manager: Client) -> None:
    schedule = make_schedule(recipients=["a@example.com", "b@example.com"])
    page = manager.get(page_of(schedule))
    form = page.context["adminform"].form
    assert form["recipients"].value() == "a@example.com\nb@example.com"
    answer = manager.post(page_of(schedule), {**FORM, "time": "18:30", "recipients": "a@example.com"})
    assert answer.status_code == 302
    schedule.refresh_from_db()
    assert (str(schedule.time), schedule.recipients) == ("18:30:00", ["a@example.com"])


def test_the_list_tells_next_and_last_with_constant_statements(
    manager: Client, django_assert_max_num_queries: Any
) -> None:
    agency = make_agency(name="Harbor <Media>")
    for number in range(6):
        schedule = make_schedule(name=f"Report {number}", agency=agency)
        for day in (1, 2):
            ReportDelivery.objects.create(
                schedule=schedule,
                due_at=datetime(2026, 11, day, 12, tzinfo=UTC),
                recipients_count=1,
                unsent=[],
                status=DeliveryStatus.SENT if day == 1 else DeliveryStatus.FAILED,
                sent_at=datetime(2026, 11, 1, 12, tzinfo=UTC) if day == 1 else None,
            )
    with django_assert_max_num_queries(9):
        page = manager.get(LIST).content.decode()
    assert page.count("Failed") == 6
    for told in ("Every Monday, 07:00", "Nov 2, 07:00", "Harbor &lt;Media&gt;", "The 7 days before"):
        assert told in page


def test_the_preview_is_the_file_that_would_go_out(manager: Client) -> None:
    make_business()
    schedule = make_schedule(formats=["pdf", "csv"])
    pdf = manager.get(page_of(schedule, "preview", "pdf"))
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"].startswith("inline")
    csv = manager.get(page_of(schedule, "preview", "csv"))
    assert csv["Content-Disposition"].startswith("attachment")
    assert manager.get(page_of(schedule, "preview", "docx")).status_code == 404
    assert not ReportDelivery.objects.exists()


def test_send_now_hands_a_delivery_to_a_worker(
    manager: Client, handed_over: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    schedule = make_schedule()
    before = schedule.next_run
    with django_capture_on_commit_callbacks(execute=True):
        answer = manager.post(page_of(schedule, "send_now"), follow=True)
    delivery = ReportDelivery.objects.get()
    assert handed_over == [delivery.pk]
    assert "manager" in delivery.requested_by
    assert "On its way to 1 recipient." in answer.content.decode()
    assert "0 of 1" in answer.content.decode()
    schedule.refresh_from_db()
    assert schedule.next_run == before
    assert manager.get(page_of(schedule, "send_now")).status_code == 405


def test_send_now_clicked_twice_sends_once(
    manager: Client, handed_over: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    schedule = make_schedule()
    manager.post(page_of(schedule, "send_now"))
    ReportDelivery.objects.update(attempts=1)  # a worker has it
    with django_capture_on_commit_callbacks(execute=True):
        page = manager.post(page_of(schedule, "send_now"), follow=True).content.decode()
    assert handed_over == [ReportDelivery.objects.get().pk]
    assert "It was asked for already" in page


def test_a_failed_delivery_is_tried_again(
    manager: Client, handed_over: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    schedule = make_schedule()
    delivery = ReportDelivery.objects.create(
        schedule=schedule,
        due_at=datetime(2026, 11, 1, tzinfo=UTC),
        recipients_count=1,
        unsent=["boss@example.com"],
        status=DeliveryStatus.FAILED,
        attempts=5,
        error="The mail server could not be reached (TimeoutError).",
    )
    assert "could not be reached" in manager.get(page_of(schedule)).content.decode()
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            manager.post(page_of(schedule, "try_again", delivery.pk))
    assert handed_over == [delivery.pk]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.WAITING, 0)


def test_a_delivery_is_tried_again_from_the_page_of_its_own_schedule(
    manager: Client, handed_over: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    schedule, other = make_schedule(), make_schedule(name="Other")
    delivery = ReportDelivery.objects.create(
        schedule=schedule,
        due_at=datetime(2026, 11, 1, tzinfo=UTC),
        recipients_count=1,
        unsent=["boss@example.com"],
        status=DeliveryStatus.FAILED,
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert manager.post(page_of(other, "try_again", delivery.pk)).status_code == 404
        assert manager.post(page_of(schedule, "try_again", delivery.pk + 1)).status_code == 404
    assert handed_over == []
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.FAILED


def test_a_schedule_that_sent_something_is_kept(admin: Client) -> None:
    schedule, unused = make_schedule(), make_schedule(name="Unused")
    ReportDelivery.objects.create(
        schedule=schedule,
        due_at=datetime(2026, 11, 1, tzinfo=UTC),
        recipients_count=1,
        unsent=["a@example.com"],
    )
    for one, is_deleted in ((schedule, False), (unused, True)):
        page = admin.get(page_of(one)).content.decode()
        assert (page_of(one, "delete") in page) is is_deleted
        assert "Switch it off instead of deleting it" in page
        assert admin.get(page_of(one, "delete")).status_code == (200 if is_deleted else 403)
        admin.post(page_of(one, "delete"), {"post": "yes"})
    assert list(ReportSchedule.objects.all()) == [schedule]


def test_a_delivery_is_named_after_the_time_its_schedule_shows() -> None:
    due_at = datetime(2026, 11, 22, 8, 10, tzinfo=UTC)
    assert str(ReportDelivery(schedule=make_schedule(), due_at=due_at)) == "Weekly report of 2026-11-22 03:10"


def test_nobody_else_comes_near() -> None:
    schedule, client = make_schedule(), browser_as(Role.AGENT)
    for answer in (
        client.get(LIST),
        client.get(page_of(schedule)),
        client.get(page_of(schedule, "preview", "pdf")),
        client.post(page_of(schedule, "send_now")),
    ):
        assert answer.status_code in (302, 403)
    assert not ReportDelivery.objects.exists()


def test_what_is_not_there_is_not_found(manager: Client) -> None:
    schedule = make_schedule()
    ReportSchedule.objects.all().delete()
    assert manager.get(page_of(schedule, "preview", "pdf")).status_code == 404
    assert manager.post(page_of(schedule, "send_now")).status_code == 404
