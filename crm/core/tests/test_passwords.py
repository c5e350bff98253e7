"""Changing a password, and choosing a new one by a mailed code."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from crm.core.models import OutboxEvent, PasswordReset, Session, User
from crm.core.services.passwords import _hash, _take_attempt
from crm.core.services.sessions import Origin, open_session
from crm.core.tests.factories import PASSWORD, make_user, signed_in

CHANGE = "/api/auth/change-password"
FORGOT = "/api/auth/forgot-password"
CONFIRM = "/api/auth/confirm-forgot-password"
NEW = "a-longer-secret-42"

Deliver = Callable[[], int]
Mails = list[EmailMultiAlternatives]

pytestmark = pytest.mark.django_db


def code_for(user: User, code: str = "ABCD2345") -> str:
    PasswordReset.objects.create(
        user=user, code_hash=_hash(user.pk, code), expires_at=timezone.now() + timedelta(hours=1)
    )
    return code


def confirm(user: User, code: str, password: str = NEW) -> int:
    body = {"email": user.email, "confirmationCode": code, "newPassword": password}
    return APIClient().post(CONFIRM, body).status_code


def may_sign_in(user: User, password: str) -> bool:
    return APIClient().post("/api/auth/login", {"email": user.email, "password": password}).status_code == 200


def test_a_change_ends_all_other_sign_ins_and_answers_fresh_tokens() -> None:
    user = make_user()
    other, client = signed_in(user), signed_in(user)

    answer = client.post(CHANGE, {"oldPassword": PASSWORD, "newPassword": NEW})

    assert answer.status_code == 200
    assert other.get("/api/auth/me").status_code == 401
    assert client.get("/api/auth/me").status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert client.get("/api/auth/me").status_code == 200
    assert client.post("/api/auth/refresh", {"refresh": answer.json()["refresh"]}).status_code == 200
    assert Session.objects.live().filter(user=user).count() == 1
    assert may_sign_in(user, NEW)
    assert not may_sign_in(user, PASSWORD)


def test_the_refresh_token_from_before_a_change_is_dead() -> None:
    user = make_user()
    before = open_session(user=user, origin=Origin())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {before.access}")
    client.post(CHANGE, {"oldPassword": PASSWORD, "newPassword": NEW})
    assert client.post("/api/auth/refresh", {"refresh": before.refresh}).status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", NEW, "oldPassword"),
        (PASSWORD, "short", "newPassword"),
        (PASSWORD, "password123", "newPassword"),
        (PASSWORD, "8675309867", "newPassword"),
        (PASSWORD, "zebulon@example.com", "newPassword"),
    ],
)
def test_a_change_names_what_is_wrong(old: str, new: str, field: str) -> None:
    user = make_user(email="zebulon@example.com")
    answer = signed_in(user).post(CHANGE, {"oldPassword": old, "newPassword": new})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]
    assert may_sign_in(user, PASSWORD)


def test_a_forgotten_password_is_mailed_a_code_that_works_once(
    anonymous: APIClient, mailoutbox: Mails, deliver: Deliver
) -> None:
    user = make_user()
    session = signed_in(user)

    assert anonymous.post(FORGOT, {"email": user.email.upper()}).status_code == 200
    deliver()

    (mail,) = mailoutbox
    assert mail.to == [user.email]
    code = re.search(r"^[A-Z0-9]{8}$", str(mail.body), re.MULTILINE)
    assert code is not None
    assert code[0] in str(mail.alternatives[0][0])
    assert confirm(user, code[0].lower()) == 200
    assert may_sign_in(user, NEW)
    assert session.get("/api/auth/me").status_code == 401
    assert confirm(user, code[0], "yet-another-secret") == 400


def test_the_code_is_nowhere_but_in_the_mail(
    anonymous: APIClient, mailoutbox: Mails, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    user = make_user()
    anonymous.post(FORGOT, {"email": user.email})
    with caplog.at_level("DEBUG"):
        deliver()
    code = re.findall(r"^[A-Z0-9]{8}$", str(mailoutbox[0].body), re.MULTILINE)[0]
    assert code not in caplog.text
    assert code not in str(OutboxEvent.objects.values())
    assert code not in str(PasswordReset.objects.values())


def test_known_and_unknown_addresses_are_answered_alike_and_at_equal_cost(
    anonymous: APIClient,
    mailoutbox: Mails,
    deliver: Deliver,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    addresses = [make_user().email, make_user(is_active=False).email, "nobody@example.com"]
    answers = []
    for address in addresses:
        with django_assert_num_queries(3):  # a savepoint, the event, its release
            answers.append(anonymous.post(FORGOT, {"email": address}))
    deliver()
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert [mail.to for mail in mailoutbox] == [[addresses[0]]]


def test_asking_again_at_once_mails_nothing_more(
    anonymous: APIClient, mailoutbox: Mails, deliver: Deliver
) -> None:
    user = make_user()
    for _ in range(3):
        anonymous.post(FORGOT, {"email": user.email})
    deliver()
    assert len(mailoutbox) == 1


def test_a_later_code_replaces_the_first(anonymous: APIClient, mailoutbox: Mails, deliver: Deliver) -> None:
    user = make_user()
    first = code_for(user)
    anonymous.post(FORGOT, {"email": user.email})
    deliver()
    assert confirm(user, first) == 400


def test_a_code_lasts_an_hour() -> None:
    user = make_user()
    code = code_for(user)
    PasswordReset.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert confirm(user, code) == 400


def test_the_fifth_wrong_guess_spends_the_code() -> None:
    user = make_user()
    code = code_for(user)
    assert [confirm(user, "WRONG234") for _ in range(5)] == [400] * 5
    assert confirm(user, code) == 400


def test_another_persons_code_does_not_help() -> None:
    user, other = make_user(), make_user()
    code = code_for(other)
    assert confirm(user, code) == 400
    code_for(user, "OTHER234")
    assert confirm(user, code) == 400


def test_a_weak_password_does_not_spend_the_code() -> None:
    user = make_user()
    code = code_for(user)
    assert confirm(user, code, "short") == 400
    assert confirm(user, code) == 200


def test_a_new_password_lifts_the_lock(anonymous: APIClient) -> None:
    user = make_user()
    code = code_for(user)
    for _ in range(5):
        anonymous.post("/api/auth/login", {"email": user.email, "password": "wrong"})
    assert not may_sign_in(user, PASSWORD)
    confirm(user, code)
    assert may_sign_in(user, NEW)


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_gains_no_guesses() -> None:
    user = make_user()
    code_for(user)
    looked_at = []

    def guess(number: int) -> None:
        reset = _take_attempt(user)
        looked_at.append(reset is not None)
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(16)))
    assert looked_at.count(True) == 5


@pytest.mark.django_db(transaction=True)
def test_of_many_that_use_one_code_at_once_one_wins() -> None:
    user = make_user()
    code = code_for(user)

    def use(number: int) -> int:
        status = confirm(user, code, f"{NEW}-{number}")
        connections.close_all()
        return status

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [200, 400, 400, 400]
