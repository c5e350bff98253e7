"""`manage.py import_leads`."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agencies.tests.factories import make_agency
from crm.core.models import User
from leads.models import Lead, LeadImport
from leads.tests.import_files import ZOHO_ROWS, csv_file, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_bytes(csv_file([*ZOHO_ROWS, {"Last Name": "Nobody"}]))
    return path


def run(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_leads", *map(str, args), stdout=out, **options)
    return out.getvalue()


def test_the_command_says_what_became_of_the_file(file: Path) -> None:
    make_agency(code="ZOHO")
    told = run(file, "--agency", "zoho")
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert lines[0].startswith("leads.csv for ZOHO: 13 rows in")
    assert lines[1] == "12 leads created, 1 rows refused (0 of them known already)"
    assert "Last Name → last_name" in lines
    assert "Company → kept in the notes" in lines
    assert "Junk Lead → Rejected 2" in lines
    assert "Tina Thomas → nobody 0 assigned 2 left in the pool: no agent has this name" in lines
    assert "1 Has neither a phone number nor an e-mail address." in lines
    assert Path(lines[-1].removeprefix("Refused rows, with reasons: ")).exists()
    assert Lead.objects.count() == 12
    assert LeadImport.objects.get().author == "import_leads"


def test_a_dry_run_says_what_would_be(file: Path) -> None:
    make_agency(code="ZOHO")
    assert "12 leads would be created" in run(file, "--agency", "ZOHO", "--dry-run")
    assert not Lead.objects.exists()


def test_a_map_and_owners(file: Path, tmp_path: Path) -> None:
    make_agency(code="ZOHO")
    places = tmp_path / "map.json"
    places.write_text(json.dumps({"Company": None, "Industry": "tags"}))
    told = run(file, "--agency", "ZOHO", "--map", places, "--create-owners")
    assert "account made, deactivated" in told
    assert " ".join(told.split()).count("Company → (left out)") == 1
    assert User.objects.filter(email__endswith="@import.invalid", is_active=False).count() == 8
    assert Lead.objects.get(sub_id="4564").tags == ["Pharma"]


def test_quiet_is_quiet(file: Path) -> None:
    make_agency(code="ZOHO")
    assert run(file, "--agency", "ZOHO", verbosity=0) == ""


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nowhere.csv", "--agency", "ZOHO"], "nowhere.csv cannot be read: No such file or directory."),
        (["{file}", "--agency", "NOBODY"], "There is no agency 'NOBODY'. Known: ZOHO."),
        (["{file}", "--agency", "ZOHO", "--map", "nowhere.json"], "nowhere.json cannot be read"),
        (["{file}", "--agency", "ZOHO", "--map", "{file}"], "is not JSON"),
        (["{list}", "--agency", "ZOHO", "--map", "{list}"], "must hold an object"),
        (["{list}", "--agency", "ZOHO"], "No column holds phone numbers"),
        (["{pdf}", "--agency", "ZOHO"], "neither CSV nor XLSX"),
    ],
)
def test_what_goes_wrong_is_an_error_with_its_fix(
    args: list[str], sentence: str, file: Path, tmp_path: Path
) -> None:
    make_agency(code="ZOHO")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4")
    places = {"file": file, "list": tmp_path / "list.json", "pdf": tmp_path / "x.pdf"}
    with pytest.raises(CommandError) as raised:
        run(*(arg.format(**places) for arg in args))
    assert sentence in str(raised.value)
    assert not Lead.objects.exists()


def test_people_of_the_file_are_told_apart(tmp_path: Path) -> None:
    make_agency(code="ZOHO")
    path = tmp_path / "people.csv"
    path.write_bytes(csv_file(people(3)))
    assert "3 leads created" in run(path, "--agency", "ZOHO")
