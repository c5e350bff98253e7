"""People who are here already."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Lead
from leads.tests.factories import make_lead
from leads.tests.import_files import csv_file, imported, people, refusals_of

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(moment: datetime, **fields: str) -> dict[str, str]:
    return {"email": "ann@example.com", "phone": "", "created_at": moment.isoformat(), **fields}


def test_the_window_is_around_the_day_the_row_says() -> None:
    make_lead(email="ann@example.com", phone="", created_at=MARCH)
    rows = [at(MARCH - timedelta(days=91)), at(MARCH + timedelta(days=89)), at(MARCH + timedelta(days=91))]
    one = imported(csv_file(rows))
    assert (one.created_count, one.duplicate_count) == (2, 1)
    assert [row["row"] for row in refusals_of(one)] == ["3"]


def test_the_window_holds_within_the_file_too_whatever_the_order() -> None:
    rows = [
        at(MARCH),
        at(MARCH - timedelta(days=30)),
        at(MARCH + timedelta(days=100)),
        at(MARCH + timedelta(days=95)),
    ]
    one = imported(csv_file(rows))
    assert [row["row"] for row in refusals_of(one)] == ["3", "5"]


def test_a_refused_row_is_not_what_a_later_one_repeats() -> None:
    make_lead(phone="+13125550142", created_at=MARCH)
    rows = [at(MARCH, phone="312-555-0142"), at(MARCH)]
    assert imported(csv_file(rows)).created_count == 1


def test_rows_marked_as_duplicates_come_over_beside_what_they_repeat_and_only_once() -> None:
    rows = [at(MARCH, status="Duplicate"), at(MARCH, status="New")]
    one = imported(csv_file(rows))
    assert one.created_count == 2
    assert sorted(Lead.objects.values_list("disposition", flat=True)) == ["Duplicate", "New"]
    assert imported(csv_file(rows)).created_count == 0


def test_the_same_lead_by_phone_in_any_writing_is_the_same() -> None:
    first = people(1)[0]
    imported(csv_file([first]))
    rows = [
        {"phone": f"+1 {first['phone']}", "email": "other@example.org"},
        {"phone": "", "email": first["email"].upper()},
    ]
    assert imported(csv_file(rows)).duplicate_count == 2
