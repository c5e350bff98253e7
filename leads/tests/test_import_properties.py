"""What holds for any file."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.models import ImportRefusal, Lead
from leads.services.imports.statuses import meaning_of
from leads.services.imports.writing import _copy, _line
from leads.tests.import_files import imported, refusals_of

HEADERS = st.sampled_from(
    [
        "Last Name",
        "Mobile",
        "Email",
        "Lead Status",
        "Created Time",
        "Lead Owner",
        "Company",
        "notes",
        "",
        "name",
    ]
)
CELLS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12
) | st.sampled_from(
    [
        "312-555-0142",
        "312-555-0143",
        "a@example.com",
        "=1+1",
        "Junk Lead",
        "15 Apr, 2021 00:03:00",
        "\\N",
        "\\.",
        "a\tb",
        '"',
    ]
)


@pytest.mark.django_db
@settings(max_examples=40)
@given(st.lists(HEADERS, min_size=1, max_size=6), st.lists(st.lists(CELLS, max_size=6), max_size=8))
def test_every_row_of_any_file_is_a_lead_or_a_refusal(header: list[str], rows: list[list[str]]) -> None:
    Lead.objects.all().delete()
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["email", *header], *rows])
    one = imported(text.getvalue().encode())
    assert one.status == "completed"
    filled = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
    assert one.rows_done == len(filled) == one.created_count + one.refused_count
    assert (Lead.objects.count(), len(refusals_of(one))) == (one.created_count, one.refused_count)
    assert not ImportRefusal.objects.exists()


@given(st.text(max_size=60))
def test_any_status_has_a_meaning(status: str) -> None:
    meaning = meaning_of(status)
    assert meaning.disposition
    assert len(meaning.reason) <= 300


@pytest.mark.django_db
@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")),
            st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"))),
        ),
        max_size=5,
    )
)
def test_what_is_copied_is_what_is_read(rows: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS copied (n serial, plain text, list text[]); TRUNCATE copied"
        )
        _copy("copied", ["plain", "list"], [_line(row) for row in rows])
        cursor.execute("SELECT plain, list FROM copied ORDER BY n")
        assert [tuple(row) for row in cursor.fetchall()] == [tuple(row) for row in rows]
