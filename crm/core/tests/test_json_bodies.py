"""Bodies that are JSON to some and not to others."""

import json

import pytest
from rest_framework.test import APIClient

LOGIN = "/api/auth/login"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "body",
    [
        r'{"\ud800": 1}',
        r'{"\uDFFF": 1}',
        r'{"username": "\ud83d", "password": "b"}',
        r'{"username": "a", "password": ["\udc00\ud800"]}',
        r'"\ud800"',
    ],
)
def test_half_a_character_is_refused_wherever_it_stands(anonymous: APIClient, body: str) -> None:
    answer = anonymous.post(LOGIN, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert "half of a character" in answer.json()["error"]


@pytest.mark.parametrize("name", ["\U0001f600", r"\ud800"])
def test_a_whole_pair_and_an_escaped_backslash_are_text(anonymous: APIClient, name: str) -> None:
    answer = anonymous.post(LOGIN, json.dumps({name: 1}), content_type="application/json")
    assert answer.status_code == 400
    assert name in answer.json()["details"]


def test_nesting_without_end_is_refused_with_half_a_character_in_it_too(anonymous: APIClient) -> None:
    body = "[" * 900 + r'"\ud800"' + "]" * 900
    answer = anonymous.post(LOGIN, body, content_type="application/json")
    assert answer.status_code == 400
