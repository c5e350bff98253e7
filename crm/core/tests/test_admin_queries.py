"""Whatever stands in a list's address, the list answers."""

import itertools
from typing import Any

import pytest
from django.contrib import admin as site_admin
from django.test import Client, RequestFactory
from django.urls import reverse

from crm.core.choices import Role
from crm.core.tests.factories import make_user

pytestmark = pytest.mark.django_db

VALUES = ("\0", "a\0b", "nonsense", "-1", "9" * 40, "9" * 5000, "1e999", "0001-01-01", "9999-12-31", "²")
LISTS = {model._meta.label_lower: model for model in site_admin.site._registry}


def list_of(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def parameters_of(label: str) -> list[str]:
    """What the filters of a list read."""
    request = RequestFactory().get("/")
    request.user = make_user(role=Role.ADMIN)
    changelist: Any = site_admin.site._registry[LISTS[label]].get_changelist_instance(request)
    return [name for one in changelist.filter_specs for name in one.expected_parameters() if name]


@pytest.mark.parametrize(
    "label",
    [  # hundreds of pages each
        label if label == "agencies.agency" else pytest.param(label, marks=pytest.mark.slow)
        for label in LISTS
    ],
)
def test_no_value_breaks_a_list(label: str, admin: Client) -> None:
    for name, value in itertools.product(["q", "p", "o", *parameters_of(label)], VALUES):
        answer = admin.get(list_of(label), {name: value}, follow=True)
        assert answer.status_code == 200, (name, value)


@pytest.mark.parametrize("lookup", ["password__startswith", "password__regex", "date_joined__year", "email"])
def test_a_list_is_asked_by_its_own_filters_only(lookup: str, manager: Client) -> None:
    answer = manager.get(list_of("core.user"), {lookup: "0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{list_of('core.user')}?e=1")


@pytest.mark.parametrize("label", LISTS)
def test_no_address_of_a_record_breaks(label: str, admin: Client) -> None:
    for address in ("%00", "a%00b", "_00", "nonsense", "9" * 40):
        for page in ("change", "delete"):
            answer = admin.get(f"{list_of(label)}{address}/{page}/")
            assert answer.status_code in (302, 403, 404), (address, page)


def test_what_is_typed_in_a_choice_is_searched_without_breaking(manager: Client) -> None:
    asked = {"app_label": "leads", "model_name": "lead", "field_name": "agency", "term": "a\0b"}
    answer = manager.get(reverse("admin:autocomplete"), asked)
    assert answer.json()["results"] == []
