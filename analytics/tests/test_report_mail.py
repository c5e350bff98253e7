"""Reports by mail: claimed once, sent through a real SMTP server, tried again while it is down."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage, Message
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import Settings

from agencies.exceptions import AgencyInUse
from agencies.services import delete_agency
from analytics.models.reports import DeliveryStatus, ReportDelivery, ReportSchedule
from analytics.selectors.reports import build_report
from analytics.services.reporting import telling
from analytics.services.reporting.delivering import (
    ALL_TAKEN_OUT,
    HELD,
    MOST_ATTEMPTS,
    SWITCHED_OFF,
    WAITS,
    deliver,
    mail_report,
)
from analytics.services.reporting.scheduling import (
    SAME_WISH,
    claim_due,
    deliveries_to_send,
    send_now,
    timing_of,
    try_again,
    update_schedule,
)
from analytics.tasks import send_due_reports
from analytics.tests.reporting import OCTOBER, TESTS, make_business, make_schedule, of_same_age_on
from crm.core.exceptions import InvalidInput
from crm.core.models import OutboxEvent
from leads.tests.racing import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FIRST_OF_NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Letterbox(MessageHandler):
    """Takes letters, and refuses those to addresses in `refused`."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[EmailMessage] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return f"550 no such person {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Message) -> None:
        self.letters.append(cast("EmailMessage", message))

    @property
    def addresses(self) -> list[str]:
        return [letter["To"] for letter in self.letters]


@pytest.fixture
def letterbox(settings: Settings) -> Iterator[Letterbox]:
    box = Letterbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server: Any = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    server.stop()


@pytest.fixture
def nobody_listens(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


def due(schedule: ReportSchedule, at: datetime) -> ReportSchedule:
    ReportSchedule.objects.filter(pk=schedule.pk).update(next_run=at)
    schedule.refresh_from_db()
    return schedule


def delivery_of(schedule: ReportSchedule, **fields: Any) -> ReportDelivery:
    return ReportDelivery.objects.create(
        schedule=schedule,
        due_at=fields.pop("due_at", FIRST_OF_NOVEMBER),
        recipients_count=len(schedule.recipients),
        unsent=schedule.recipients,
        **fields,
    )


def part(letter: Message, kind: str) -> str:
    payload = next(one for one in letter.walk() if one.get_content_type() == kind).get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_a_report_arrives_with_its_key_numbers_and_its_files(letterbox: Letterbox) -> None:
    make_business()
    schedule = make_schedule(
        name="October <b>",
        period="month",
        formats=["pdf", "xlsx", "csv"],
        recipients=["boss@example.com", "cfo@example.com"],
    )
    delivery = delivery_of(schedule)

    assert deliver(delivery.pk)

    assert sorted(letterbox.addresses) == ["boss@example.com", "cfo@example.com"]
    letter = letterbox.letters[0]
    assert letter["Subject"] == "October <b>: Oct 1 to Oct 31, 2026"
    for kind in ("text/plain", "text/html"):
        text = part(letter, kind)
        for told in (
            "All agencies",
            "$1,010.30",
            "+1,212.1 %",
            "Changes are against Aug 31 to Sep 30, 2026, as many days right before.",
        ):
            assert told in text, (kind, told)
    assert "October <b>" not in part(letter, "text/html")
    files = {one.get_filename(): one.get_payload(decode=True) for one in letter.walk() if one.get_filename()}
    assert {str(name).rpartition(".")[2] for name in files} == {"pdf", "xlsx", "csv"}
    assert files["lead-report-2026-10-01-to-2026-10-31.pdf"].startswith(b"%PDF")  # type: ignore[union-attr]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.unsent, delivery.error) == (DeliveryStatus.SENT, [], "")
    assert delivery.sent_at is not None


def test_what_leads_of_a_young_month_are_compared_with_is_told_to_have_had_longer() -> None:
    first, _, _ = make_business()
    october = build_report(OCTOBER, first)
    soon, later = (
        replace(october, generated_at=datetime(2026, month, 4, 17, tzinfo=UTC)) for month in (11, 12)
    )
    assert telling.YOUNG not in telling.told_comparison(replace(later, generated_at=later.generated_at + DAY))
    assert telling.told_comparison(later).endswith(telling.YOUNG)
    assert telling.told_comparison(soon).endswith(telling.YOUNG)


def test_a_mail_says_how_young_leads_do_beside_leads_of_the_same_age(letterbox: Letterbox) -> None:
    mail_report("boss@example.com", make_schedule(), of_same_age_on(date(2026, 11, 3)), [])
    for kind in ("text/plain", "text/html"):
        text = part(letterbox.letters[0], kind)
        for told in ("-94.2 %", telling.SAME_AGE):
            assert told in text, (kind, told)


def test_an_agencys_copy_tells_no_money_in_the_mail_either(letterbox: Letterbox) -> None:
    first, _, _ = make_business()
    schedule = make_schedule(period="month", agency=first, audience="agency", formats=["csv"])
    deliver(delivery_of(schedule).pk)
    (letter,) = letterbox.letters
    for one in letter.walk():
        content = one.get_payload(decode=True) or b""
        assert isinstance(content, bytes)
        assert b"Revenue" not in content
        assert b"600.30" not in content


def test_what_was_sent_is_not_sent_again(letterbox: Letterbox) -> None:
    delivery = delivery_of(make_schedule())
    assert deliver(delivery.pk)
    assert not deliver(delivery.pk)
    assert not deliver(delivery.pk, now=timezone.now() + timedelta(days=1))
    assert len(letterbox.letters) == 1


def test_while_the_server_is_down_it_is_tried_later_and_later_then_failed(
    nobody_listens: None, caplog: pytest.LogCaptureFixture
) -> None:
    delivery = delivery_of(make_schedule())
    for attempt in range(1, MOST_ATTEMPTS + 1):
        ReportDelivery.objects.update(next_attempt_at=timezone.now())
        before = timezone.now()
        assert deliver(delivery.pk)
        delivery.refresh_from_db()
        assert delivery.attempts == attempt
        if attempt < MOST_ATTEMPTS:
            assert delivery.status == DeliveryStatus.WAITING
            assert (
                timedelta(0) <= delivery.next_attempt_at - before - WAITS[attempt - 1] < timedelta(seconds=30)
            )
            assert not deliver(delivery.pk)
    assert delivery.status == DeliveryStatus.FAILED
    assert delivery.error == "The mail server could not be reached (ConnectionRefusedError)."
    assert "example.com" not in caplog.text


def test_when_the_server_is_back_it_arrives(settings: Settings, letterbox: Letterbox) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    delivery = delivery_of(make_schedule())
    deliver(delivery.pk)
    settings.EMAIL_PORT = port
    assert deliver(delivery.pk, now=timezone.now() + WAITS[0])
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, len(letterbox.letters)) == (DeliveryStatus.SENT, 2, 1)


def test_a_refused_address_holds_back_nobody_and_is_tried_alone(
    letterbox: Letterbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    schedule = make_schedule(recipients=["gone@example.com", "boss@example.com"])
    letterbox.refused = {"gone@example.com"}
    delivery = delivery_of(schedule)
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert letterbox.addresses == ["boss@example.com"]
    assert (delivery.status, delivery.unsent) == (DeliveryStatus.WAITING, ["gone@example.com"])
    assert delivery.error == "The mail server refused 1 of 2 addresses."
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("mail.")]  # the server's
    assert "example.com" not in f"{ours} {delivery.error}"

    letterbox.refused = set()
    deliver(delivery.pk, now=timezone.now() + WAITS[0])
    delivery.refresh_from_db()
    assert letterbox.addresses == ["boss@example.com", "gone@example.com"]
    assert delivery.status == DeliveryStatus.SENT


def test_who_is_taken_out_of_the_schedule_gets_no_mail_that_waits(letterbox: Letterbox) -> None:
    schedule = make_schedule(recipients=["boss@example.com", "left@example.com", "cfo@example.com"])
    letterbox.refused = {"left@example.com", "cfo@example.com"}
    delivery = delivery_of(schedule)
    deliver(delivery.pk)

    letterbox.refused = set()
    changes = {"recipients": ["boss@example.com", "cfo@example.com", "new@example.com"]}
    update_schedule(schedule.pk, changes=changes, actor=TESTS)
    assert deliver(delivery.pk, now=timezone.now() + WAITS[0])
    assert letterbox.addresses == ["boss@example.com", "cfo@example.com"]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.sent_count, delivery.recipients_count) == (DeliveryStatus.SENT, 2, 2)


def test_a_delivery_whose_last_address_is_taken_out_has_reached_the_others(letterbox: Letterbox) -> None:
    schedule = make_schedule(recipients=["boss@example.com", "left@example.com"])
    letterbox.refused = {"left@example.com"}
    delivery = delivery_of(schedule)
    deliver(delivery.pk)
    update_schedule(schedule.pk, changes={"recipients": ["boss@example.com"]}, actor=TESTS)
    deliver(delivery.pk, now=timezone.now() + WAITS[0])
    delivery.refresh_from_db()
    assert (delivery.status, delivery.unsent, delivery.sent_count) == (DeliveryStatus.SENT, [], 1)


def test_a_delivery_without_any_address_left_ends_with_the_reason(letterbox: Letterbox) -> None:
    schedule = make_schedule(recipients=["left@example.com"])
    delivery = delivery_of(schedule)
    update_schedule(schedule.pk, changes={"recipients": ["new@example.com"]}, actor=TESTS)
    assert not deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error, delivery.unsent) == (DeliveryStatus.FAILED, ALL_TAKEN_OUT, [])
    assert letterbox.letters == []


def test_a_schedule_that_is_switched_off_mails_nothing_that_waits(letterbox: Letterbox) -> None:
    schedule = make_schedule()
    delivery = delivery_of(schedule)
    update_schedule(schedule.pk, changes={"is_active": False}, actor=TESTS)
    assert not deliver(delivery.pk)
    assert letterbox.letters == []
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error) == (DeliveryStatus.FAILED, SWITCHED_OFF)
    assert deliveries_to_send(timezone.now() + timedelta(days=1)) == []


def test_what_a_person_asks_for_goes_out_where_the_schedule_is_switched_off(letterbox: Letterbox) -> None:
    schedule = make_schedule(is_active=False)
    assert deliver(send_now(schedule.pk, actor=TESTS).pk)
    assert len(letterbox.letters) == 1

    given_up = delivery_of(schedule, status=DeliveryStatus.FAILED, error=SWITCHED_OFF)
    assert try_again(schedule.pk, given_up.pk, actor=TESTS)
    assert deliver(given_up.pk)
    assert len(letterbox.letters) == 2
    given_up.refresh_from_db()
    assert (given_up.status, given_up.requested_by) == (DeliveryStatus.SENT, "tests")


def test_a_report_that_cannot_be_made_is_told_and_logged(
    letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("analytics.services.reporting.pdf.TEMPLATES", timezone)  # no folder at all
    delivery = delivery_of(make_schedule())
    assert deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.WAITING
    assert delivery.error.startswith("The report could not be made (TypeError)")
    assert "a report was not made" in caplog.text


def test_a_killed_worker_is_given_up_on_and_the_rest_is_sent(letterbox: Letterbox) -> None:
    schedule = make_schedule(recipients=["boss@example.com", "cfo@example.com"])
    delivery = delivery_of(schedule)
    now = timezone.now()
    ReportDelivery.objects.update(  # it took the delivery, sent one mail and was killed
        attempts=1, next_attempt_at=now + HELD, unsent=["cfo@example.com"]
    )
    assert deliveries_to_send(now) == []
    assert not deliver(delivery.pk, now=now)
    assert deliveries_to_send(now + HELD) == [delivery.pk]
    assert deliver(delivery.pk, now=now + HELD)
    assert letterbox.addresses == ["cfo@example.com"]


def test_a_worker_that_is_killed_each_time_is_told_in_the_end(letterbox: Letterbox) -> None:
    delivery = delivery_of(make_schedule(), attempts=MOST_ATTEMPTS)
    assert not deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.FAILED
    assert letterbox.letters == []


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_come_at_once_one_sends(letterbox: Letterbox) -> None:
    delivery = delivery_of(make_schedule())
    outcomes = at_once([lambda: deliver(delivery.pk)] * 4)
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
    assert len(letterbox.letters) == 1


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_claim_at_once_each_schedule_has_one_delivery() -> None:
    now = timezone.now()
    for number in range(6):
        due(make_schedule(name=f"Report {number}"), now - timedelta(minutes=1))
    outcomes = at_once([lambda: claim_due(now)] * 4)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert ReportDelivery.objects.count() == 6
    assert ReportDelivery.objects.values("schedule").distinct().count() == 6
    assert not ReportSchedule.objects.due(now).exists()


@pytest.mark.django_db(transaction=True)
def test_of_who_ask_at_once_all_get_the_same_delivery() -> None:
    schedule = make_schedule()
    outcomes = at_once([lambda: send_now(schedule.pk, actor=TESTS)] * 4)
    assert outcomes == [ReportDelivery.objects.get()] * 4
    told = [event.payload["action"] for event in OutboxEvent.objects.filter(topic="report_schedule.changed")]
    assert told.count("sent_now") == 1


def test_what_was_asked_for_and_sent_is_sent_again_after_a_minute_only(letterbox: Letterbox) -> None:
    schedule = make_schedule()
    delivery = send_now(schedule.pk, actor=TESTS)
    deliver(delivery.pk)
    assert send_now(schedule.pk, actor=TESTS) == delivery
    ReportDelivery.objects.update(sent_at=timezone.now() - SAME_WISH)
    assert send_now(schedule.pk, actor=TESTS) != delivery


def test_who_asks_for_what_waits_by_itself_gets_that_though_it_is_switched_off_then(
    letterbox: Letterbox,
) -> None:
    schedule = make_schedule()
    waiting = delivery_of(schedule, due_at=timezone.now())
    assert send_now(schedule.pk, actor=TESTS) == waiting
    update_schedule(schedule.pk, changes={"is_active": False}, actor=TESTS)
    assert deliver(waiting.pk)
    assert letterbox.addresses == ["boss@example.com"]


def test_what_waits_is_no_answer_to_who_changed_the_schedule_or_asks_on_another_day() -> None:
    schedule = make_schedule()
    first = send_now(schedule.pk, actor=TESTS)
    update_schedule(schedule.pk, changes={"recipients": ["new@example.com"]}, actor=TESTS)
    second = send_now(schedule.pk, actor=TESTS)
    assert (first.unsent, second.unsent) == (["boss@example.com"], ["new@example.com"])
    ReportSchedule.objects.update(updated_at=FIRST_OF_NOVEMBER)
    ReportDelivery.objects.filter(pk=first.pk).delete()
    ReportDelivery.objects.update(due_at=timezone.now() - 2 * DAY)
    assert send_now(schedule.pk, actor=TESTS) != second


def test_the_database_refuses_a_second_delivery_of_one_time() -> None:
    schedule = make_schedule()
    delivery_of(schedule)
    with pytest.raises(IntegrityError, match="analytics_delivery_once"):
        delivery_of(schedule)


def test_who_was_away_for_three_days_sends_the_latest_only() -> None:
    schedule = make_schedule(frequency="daily", period="day")
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    due(schedule, datetime(2026, 11, 17, 12, tzinfo=UTC))
    claim_due(now)
    assert claim_due(now) == []
    delivery = ReportDelivery.objects.get()
    assert delivery.due_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    schedule.refresh_from_db()
    assert schedule.next_run == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_what_is_switched_off_or_not_due_sends_nothing() -> None:
    now = timezone.now()
    make_schedule(name="Later")
    asleep = due(make_schedule(name="Asleep"), now)
    update_schedule(asleep.pk, changes={"is_active": False}, actor=TESTS)
    assert claim_due(now + timedelta(seconds=1)) == []


def test_beat_claims_and_hands_over(letterbox: Letterbox, deliver: Any) -> None:
    due(make_schedule(), timezone.now() - timedelta(minutes=1))
    assert send_due_reports() == 1
    assert letterbox.addresses == ["boss@example.com"]
    assert send_due_reports() == 0


def test_a_new_time_holds_at_once_and_another_name_moves_nothing() -> None:
    schedule = make_schedule()
    overdue = timezone.now() - timedelta(seconds=20)
    due(schedule, overdue)
    update_schedule(schedule.pk, changes={"name": "Renamed"}, actor=TESTS)
    schedule.refresh_from_db()
    assert schedule.next_run == overdue
    schedule = update_schedule(schedule.pk, changes={"frequency": "daily"}, actor=TESTS)
    assert schedule.next_run == timing_of(schedule).next_after(timezone.now())


def test_every_change_is_told_with_its_author() -> None:
    schedule = make_schedule()
    update_schedule(schedule.pk, changes={"name": "Renamed"}, actor=TESTS)
    send_now(schedule.pk, actor=TESTS)
    events = OutboxEvent.objects.filter(topic="report_schedule.changed").order_by("id")
    told = [(event.payload["action"], event.payload["actor"], event.payload["fields"]) for event in events]
    assert told == [("created", "tests", []), ("updated", "tests", ["name"]), ("sent_now", "tests", [])]
    assert "example.com" not in str([event.payload for event in events])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"formats": []}, "formats"),
        ({"recipients": []}, "recipients"),
        ({"recipients": [f"a{number}@example.com" for number in range(51)]}, "recipients"),
        ({"audience": "agency"}, "agency"),
    ],
)
def test_what_could_not_be_sent_is_refused(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make_schedule(**fields)
    assert list(refusal.value.details) == [named]


def test_an_address_gets_one_mail_and_a_name_is_one_line() -> None:
    schedule = make_schedule(name="Two\r\nlines", recipients=["a@example.com", "A@example.com "])
    assert (schedule.name, schedule.recipients) == ("Two lines", ["a@example.com"])


def test_an_agency_that_gets_reports_is_not_deleted() -> None:
    first, _, _ = make_business()
    make_schedule(agency=first)
    with pytest.raises(AgencyInUse):
        delete_agency(code=first.code, actor=TESTS)


@pytest.mark.django_db(transaction=True)
def test_of_two_schedules_of_one_name_made_at_once_one_stands() -> None:
    outcomes = at_once([make_schedule] * 3)
    refused = [one for one in outcomes if isinstance(one, InvalidInput)]
    assert [list(one.details) for one in refused] == [["name"], ["name"]]
    assert ReportSchedule.objects.count() == 1
