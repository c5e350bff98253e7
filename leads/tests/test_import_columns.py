"""Which column is which field."""

import pytest

from agencies.tests.factories import make_agency
from leads.models import Lead
from leads.tests.import_files import csv_file, imported, lead_of, people, refusals_of

pytestmark = pytest.mark.django_db


def test_a_map_says_what_names_cannot() -> None:
    rows = people(1, {"Kind of thing": "whiplash", "Junk": "x", "Stage": "Hot"})
    mapping = {
        "kind of thing": "injury_type",
        "Junk": None,
        "Stage": {"field": "disposition", "values": {"hot": "Qualified"}},
    }
    one = imported(csv_file(rows), mapping=mapping)
    lead = Lead.objects.get()
    assert (lead.injury_type, lead.disposition, lead.notes) == ("whiplash", "Qualified", "")
    assert one.mapping["Junk"] is None
    assert one.report["unplacedColumns"] == []


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"Nowhere": "notes"}, "names the column 'Nowhere'"),
        ({"phone": "telefone"}, "sends 'phone' to 'telefone'"),
        ({"phone": {"field": "phone", "values": "x"}}, "must be an object"),
    ],
)
def test_a_map_that_does_not_fit_fails_the_import_with_the_reason(
    mapping: dict[str, object], sentence: str
) -> None:
    one = imported(csv_file(people(1)), mapping=mapping)
    assert one.status == "failed"
    assert sentence in one.error


def test_of_two_columns_for_one_field_the_other_is_kept_in_the_notes() -> None:
    rows = people(
        1,
        {
            "Lead Source": "Partner",
            "campaign_source": "brand",
            "Mobile": "312-555-0142",
            "Cell": "312-555-0143",
        },
    )
    one = imported(csv_file(rows))
    lead = Lead.objects.get()
    assert (lead.campaign_source, lead.alternate_phone) == ("brand", "+13125550142")
    assert lead.notes.splitlines() == ["Lead Source: Partner", "Cell: 312-555-0143"]
    assert one.report["unplacedColumns"] == []
    assert one.mapping["Cell"] == "phone"


def test_of_two_columns_for_one_field_the_filled_one_counts() -> None:
    rows = [
        {
            "Phone": "",
            "Mobile": "312-555-0142",
            "Email": "",
            "E-mail": "a@example.com",
            "Lead Source": "x",
            "Source": "x",
        }
    ]
    lead = lead_of(imported(csv_file(rows)))
    assert (lead.phone, lead.email, lead.campaign_source, lead.notes) == (
        "+13125550142",
        "a@example.com",
        "x",
        "",
    )


def test_statuses_nobody_knows_are_new_and_said() -> None:
    one = imported(csv_file(people(1, Status="Frobnicated")))
    lead = Lead.objects.get()
    assert (lead.disposition, lead.notes) == ("New", "Status: Frobnicated")
    assert one.report["statuses"]["Frobnicated"] == {"disposition": "New", "rows": 1, "isKnown": False}


def test_a_reason_in_the_file_is_the_reason() -> None:
    imported(csv_file(people(1, {"Lost Reason": "hired another"}, Status="Closed Lost")))
    lead = Lead.objects.get()
    assert (lead.disposition, lead.disposition_reason) == ("Not Interested", "hired another")


def test_a_lead_that_was_converted_elsewhere_counts_as_converted_then() -> None:
    imported(csv_file(people(1, Status="Closed - Converted", Created="2025-03-01T12:00:00Z")))
    lead = Lead.objects.get()
    assert (lead.disposition, lead.closed_date) == ("Retained for Firm", lead.created_at)


def test_columns_without_a_name_and_names_that_repeat_are_kept_apart() -> None:
    content = b"phone,Extra,,Extra\n312-555-0142,a,b,c\n"
    one = imported(content)
    assert Lead.objects.get().notes.splitlines() == ["Extra: a", "Column 3: b", "Extra (2): c"]
    assert list(one.report["columns"]) == ["phone", "Extra", "Column 3", "Extra (2)"]


def test_a_row_may_name_its_own_agency() -> None:
    make_agency(code="OTHER")
    rows = [*people(1, vendor="other"), *people(1, start=1, vendor="NOBODY"), *people(1, start=2, vendor="")]
    one = imported(csv_file(rows))
    assert sorted(Lead.objects.values_list("agency", flat=True)) == ["IMPORTED", "OTHER"]
    assert "'NOBODY' is not an agency" in refusals_of(one)[0]["reason"]


def test_an_extension_of_a_phone_is_kept() -> None:
    one = imported(csv_file([{"phone": "312-555-0142 x45", "Company": "Fedco"}]))
    assert lead_of(one).notes.splitlines() == ["Company: Fedco", "Phone extension: 45"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\n \n", "holds no rows"),
        (b"Company,City\nFedco,Chicago\n", "No column holds phone numbers or e-mail addresses"),
        (b"bob@example.com,312-555-0142\n", "first row must name the columns"),
        (b"phone\n\x81\xff\x8d\n", "save it as CSV in UTF-8"),
        (b'phone,notes\n312-555-0142,"' + b"x" * 200_000, "unclosed quote"),
    ],
)
def test_a_file_that_cannot_be_used_fails_with_the_fix(content: bytes, sentence: str) -> None:
    one = imported(content)
    assert one.status == "failed"
    assert sentence in one.error
    assert Lead.objects.count() == 0
