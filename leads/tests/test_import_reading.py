"""The forms a file may have."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from leads.models import Lead
from leads.services.imports import reading
from leads.services.imports.exceptions import UnusableFile
from leads.services.imports.reading import kind_of
from leads.tests.import_files import ZOHO_ROWS, csv_file, imported, people, queued, xlsx_file

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_text_is_read_in_the_encodings_spreadsheets_write(encoding: str, told: str) -> None:
    one = imported(csv_file(people(1, first_name="José", city="Cañon City"), encoding=encoding))
    lead = Lead.objects.get()
    assert (lead.first_name, lead.city) == ("José", "Cañon City")
    assert one.report["form"]["encoding"] == told


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separators_are_found(delimiter: str) -> None:
    one = imported(csv_file(people(3, notes="a, b; c"), delimiter=delimiter))
    assert (one.created_count, one.report["form"]["delimiter"]) == (3, delimiter)
    assert set(Lead.objects.values_list("notes", flat=True)) == {"a, b; c"}


def test_a_workbook_is_read_with_its_own_numbers_and_dates() -> None:
    rows = [
        {
            "Last Name": "Hall",
            "Mobile": 8602536354.0,
            "Zip": 1234,
            "Accident Date": datetime(2026, 4, 2),  # noqa: DTZ001 - a workbook's times have no zone
            "Created Time": datetime(2026, 4, 3, 9, 30),  # noqa: DTZ001
            "Commercial Vehicle": True,
            "Visits": 3.0,
            "Cost": 35.5,
        }
    ]
    one = imported(xlsx_file(rows), filename="leads.xlsx")
    lead = Lead.objects.get()
    assert (one.report["form"]["kind"], one.created_count) == ("xlsx", 1)
    assert (lead.phone, lead.zip_code, lead.accident_date) == ("+18602536354", "01234", date(2026, 4, 2))
    assert lead.created_at == datetime(2026, 4, 3, 13, 30, tzinfo=UTC)
    assert lead.commercial_vehicle is True
    assert str(lead.acquisition_cost) == "35.50"
    assert lead.notes == "Visits: 3"


def test_csv_and_xlsx_of_the_same_rows_make_the_same_leads() -> None:
    fields = ("last_name", "email", "phone", "disposition", "created_at", "notes", "campaign_source")
    imported(csv_file(ZOHO_ROWS))
    from_csv = list(Lead.objects.order_by("sub_id").values(*fields))
    Lead.objects.all().delete()
    imported(xlsx_file(ZOHO_ROWS))
    assert list(Lead.objects.order_by("sub_id").values(*fields)) == from_csv


def test_blank_rows_are_passed_over_and_rows_keep_their_numbers() -> None:
    one = imported(b"phone\n\n312-555-0142\n,\nnonsense\n")
    assert (one.rows_done, one.created_count, one.refused_count) == (2, 1, 1)
    assert one.last_row == 5


def test_the_kind_is_told_by_content_and_not_by_name() -> None:
    assert imported(xlsx_file(people(1)), filename="leads.csv").created_count == 1
    assert imported(csv_file(people(1, start=1)), filename="leads.xlsx").created_count == 1


@pytest.mark.parametrize(
    "content", [b"", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"phone\x00\n"]
)
def test_what_is_neither_is_refused_at_once(content: bytes) -> None:
    with pytest.raises(UnusableFile):
        queued(content)


def test_a_zip_file_that_is_no_workbook_fails() -> None:
    one = imported(b"PK\x03\x04" + b"\x00" * 100)
    assert (one.status, "no readable XLSX" in one.error) == ("failed", True)


def test_a_broken_workbook_fails() -> None:
    whole = xlsx_file(people(50))
    one = imported(whole[: len(whole) // 2])
    assert (one.status, "no readable XLSX" in one.error) == ("failed", True)


TEXTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def with_parts(parts: dict[str, int], texts: str = "/xl/sharedStrings.xml") -> bytes:
    """A workbook whose table of texts is the part `texts`, and parts blown up to that many MiB of spaces."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_file(people(2)))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        contents = {name: old.read(name) for name in old.namelist()}
        contents.setdefault(texts[1:], b"<sst/>")
        declared = f'<Override PartName="{texts}" ContentType="{TEXTS}"/></Types>'.encode()
        contents["[Content_Types].xml"] = contents["[Content_Types].xml"].replace(b"</Types>", declared)
        for name, content in contents.items():
            stem = name.rpartition("/")[2].partition(".")[0]
            with new.open(name, "w", force_zip64=True) as part:
                part.write(content)
                for _ in range(parts.get(stem, 0)):
                    part.write(b" " * 1024**2)
    return file.getvalue()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"sharedStrings": 33}, "larger than 32 MiB"),
        ({"styles": 33}, "larger than 32 MiB"),
        ({"sheet1": 513}, "larger than 512 MiB"),
    ],
)
def test_a_workbook_that_would_take_minutes_and_gigabytes_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, parts: dict[str, int], sentence: str
) -> None:
    monkeypatch.setattr(reading, "load_workbook", None)
    one = imported(with_parts(parts))
    assert (one.status, sentence in one.error, "save the sheet as CSV" in one.error) == ("failed", True, True)


def test_a_large_sheet_is_read_and_a_table_of_texts_that_lies_among_the_sheets_is_not() -> None:
    assert imported(with_parts({"sheet1": 33})).created_count == 2
    hidden = imported(with_parts({"texts": 33}, "/xl/worksheets/texts.xml"))
    assert "larger than 32 MiB" in hidden.error


def test_the_first_bytes_of_text_are_csv() -> None:
    assert kind_of(b"phone,email\n") == "csv"
