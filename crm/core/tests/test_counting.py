"""How many rows there are."""

import pytest
from django.db import connection

from crm.core.counting import count_up_to
from crm.core.models import User
from crm.core.tests.factories import make_user

pytestmark = pytest.mark.django_db


def people(number: int) -> None:
    for _ in range(number):
        make_user()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_user")


def test_what_filters_leave_is_counted_however_stale_the_planner_is() -> None:
    people(30)
    active = User.objects.get_queryset().filter(is_active=True)
    active.exclude(pk=active.earliest("pk").pk).update(is_active=False)
    assert count_up_to(active, 2) == (1, False)


def test_a_whole_table_far_above_the_limit_is_not_counted() -> None:
    people(30)
    total, is_estimate = count_up_to(User.objects.get_queryset(), 5)
    assert is_estimate
    assert 25 <= total <= 35


def test_just_above_the_limit_there_is_at_least_one_more() -> None:
    people(3)
    assert count_up_to(User.objects.get_queryset(), 2) == (3, True)


def test_nothing_is_nothing() -> None:
    assert count_up_to(User.objects.none(), 5) == (0, False)
