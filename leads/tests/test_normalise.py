"""What vendors post, and what becomes of it."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from leads.choices import MedicalBills
from leads.services.normalise import Normalised, normalise, note_extensions

TODAY = date(2026, 6, 15)


def read(**raw: Any) -> Normalised:
    return normalise(raw, today=TODAY)


def value_of(name: str, value: Any) -> Any:
    found = normalise({name: value}, today=TODAY)
    assert not found.problems, found.problems
    return next(iter(found.values.values()), None)


def problem_of(name: str, value: Any) -> str:
    found = normalise({name: value}, today=TODAY)
    assert not found.values
    return " ".join(sentence for sentences in found.problems.values() for sentence in sentences)


def test_a_vendors_record_becomes_a_lead() -> None:
    found = read(
        name="Maria Lopez",
        lp_caller_id="(312) 555-0142",
        incidentDate="04/02/2026",
        state="California",
        type="Auto Accident",
        description="Rear-ended at a light",
        estimated_medical_bills="$10,000 - $25,000",
        what_is_the_primary_injury="Whiplash",
        did_the_injured_person_receive_treatment="Treated at hospital",
        are_you_currently_represented_by_a_lawyer_for_this_case="Not sure",
        was_a_police_report_filed="Yes",
        xselect4="google-brand",
        leadip="203.0.113.7",
        xxTrustedFormCertUrl="https://cert.trustedform.com/abc",
        consent="1",
        shoe_size="42",
    )
    assert found.problems == {}
    assert found.unplaced == {"shoe_size": "42"}
    assert found.values == {
        "first_name": "Maria",
        "last_name": "Lopez",
        "phone": "+13125550142",
        "accident_date": date(2026, 4, 2),
        "state": "CA",
        "tags": ["Auto Accident"],
        "injury_description": "Rear-ended at a light",
        "medical_bills_range": "10k_25k",
        "injury_type": "Whiplash",
        "treatment": "hospital",
        "has_attorney": "unknown",
        "police_report": "yes",
        "campaign_source": "google-brand",
        "consent_ip": "203.0.113.7",
        "trustedform_url": "https://cert.trustedform.com/abc",
        "consent_given": True,
    }


@pytest.mark.parametrize(
    "header", ["last_name", "Last Name", "lastName", "LAST_NAME", " last-name ", "Last.Name"]
)
def test_headers_are_read_whatever_their_case_and_spacing(header: str) -> None:
    assert normalise({header: "Hall"}, today=TODAY).values == {"last_name": "Hall"}


def test_the_contracts_own_aliases_are_known() -> None:
    found = read(status="contacted", vendor="acme")
    assert found.values == {"disposition": "Contacted", "vendor_code": "ACME"}


def test_two_names_of_one_field_may_agree_but_not_differ() -> None:
    assert read(campaign="a", utm_campaign="a").values == {"campaign_source": "a"}
    differing = read(campaign="a", utm_campaign="b")
    assert "campaign_source" not in differing.values
    assert "'campaign' says 'a', 'utm_campaign' says 'b'" in differing.problems["campaign_source"][0]


def test_a_second_phone_number_is_the_alternate_one() -> None:
    found = read(phone_home="312-555-0142", Mobile="312-555-0143", phone="312-555-0144", alternate_phone="")
    assert found.problems["phone"][0].startswith("Three different numbers")
    found = read(Mobile="312-555-0143", phone="312-555-0142")
    assert found.values == {"phone": "+13125550142", "alternate_phone": "+13125550143"}
    assert read(alternate_phone="312-555-0143").values == {"alternate_phone": "+13125550143"}


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("John Smith", "John", "Smith"),
        ("Smith, John", "John", "Smith"),
        ("Smith, John A. Jr.", "John A.", "Smith Jr."),
        ("John Smith, Jr.", "John", "Smith Jr."),
        ("John Smith III", "John", "Smith III"),
        ("Mr. John A. Smith", "John A.", "Smith"),
        ("Ludwig van der Berg", "Ludwig", "van der Berg"),
        ("Van Morrison", "Van", "Morrison"),
        ("Cher", "Cher", ""),
        ("  Mary   Ann  Lee ", "Mary Ann", "Lee"),
    ],
)
def test_full_names_are_split(full: str, first: str, last: str) -> None:
    values = read(name=full).values
    assert (values.get("first_name", ""), values.get("last_name", "")) == (first, last)


def test_a_full_name_beside_its_parts_may_add_but_not_contradict() -> None:
    assert read(name="John A. Smith", first_name="John", last_name="Smith").problems == {}
    found = read(name="John Smith", last_name="Jones")
    assert "'John Smith'" in found.problems["last_name"][0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2021-04-15", date(2021, 4, 15)),
        ("4/15/2021", date(2021, 4, 15)),
        ("04-15-21", date(2021, 4, 15)),
        ("15 Apr, 2021 00:03:00", date(2021, 4, 15)),
        ("April 15th, 2021", date(2021, 4, 15)),
        ("Thu, 15 Apr 2021 10:00 PM", date(2021, 4, 15)),
        ("2021-04-15T23:59:59Z", date(2021, 4, 15)),
        ("20210415", date(2021, 4, 15)),
        (44301, date(2021, 4, 15)),
        (44301.0, date(2021, 4, 15)),
        ("1/2/68", date(1968, 1, 2)),
    ],
)
def test_days_are_read_in_iso_and_american_forms(written: Any, meant: date) -> None:
    found = normalise({"date_of_birth": written}, today=TODAY)
    assert found.values == {"date_of_birth": meant}


@pytest.mark.parametrize("name", ["accident_date", "created_at"])
@pytest.mark.parametrize(
    "written",
    ["0001-01-01T00:00:00", "0001-01-01", "1/1/0001 12:00:00 AM", "0001-01-01T00:00:00Z", date(1, 1, 1), datetime(1, 1, 1),  # noqa: DTZ001
     "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "1900-01-00", "1/0/1900", "1/0/00", "0-Jan-00", 0, "0", 0.0, time()],
)  # fmt: skip
def test_dates_that_stand_for_none_are_blank(name: str, written: Any) -> None:
    found = normalise({name: written}, today=TODAY)
    assert (found.values, found.problems, found.blank) == ({}, {}, {name})


def test_only_years_of_two_digits_are_of_this_century_or_the_last() -> None:
    assert value_of("accident_date", "01/01/01") == date(2001, 1, 1)
    assert "before 1900" in problem_of("accident_date", "0021-04-15")
    assert "before 1900" in problem_of("accident_date", "04/15/0021")
    assert "correct the date" in problem_of("created_at", "0021-04-15")
    assert "not a date" in problem_of("accident_date", "2021-04-00")


def test_moments_without_a_zone_are_in_the_businesss_zone() -> None:
    assert value_of("Created Time", "15 Apr, 2021 00:03:00") == datetime(2021, 4, 15, 4, 3, tzinfo=UTC)
    assert value_of("created_at", "2021-04-15T00:03:00Z") == datetime(2021, 4, 15, 0, 3, tzinfo=UTC)
    assert value_of("created_at", "2021-04-15 00:03:00-07:00") == datetime(2021, 4, 15, 7, 3, tzinfo=UTC)
    assert value_of("created_at", "4/15/2021 1:05 pm") == datetime(2021, 4, 15, 17, 5, tzinfo=UTC)
    assert value_of("created_at", 44301.5) == datetime(2021, 4, 15, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("accident_date", "2026-06-16", "in the future"),
        ("accident_date", "15/04/2021", "month first"),
        ("date_of_birth", "1899-12-31", "before 1900"),
        ("date_of_birth", "2030-01-01", "in the future"),
        ("treatment_date", "2027-01-01", "in the future"),
        ("created_at", "2027-01-01T00:00:00Z", "correct the date"),
        ("fault_percent", "101", "from 0 to 100"),
        ("fault_percent", "-1", "from 0 to 100"),
        ("treatment", "leeches", "none, doctor, urgent_care"),
        ("disposition", "Junk Lead", "New, Attempting"),
        ("first_name", "x" * 101, "at most 100 fit"),
        ("first_name", "<b>Bob</b>", "markup"),
        ("first_name", "Bo\x00b", "U+0000"),
        ("notes", "a\x1bb", "U+001B"),
        ("email", "not an address", "name@example.com"),
        ("phone", "12345", "ten digits"),
        ("state", "Narnia", "two letters"),
        ("zip_code", "ABC", "5 digits"),
        ("lead_value", "-1", "not negative"),
        ("lead_value", "12.345", "two decimals"),
        ("consent_given", "perhaps", "yes or no"),
        ("consent_ip", "999.1.1.1", "203.0.113.7"),
        ("trustedform_url", "javascript:alert(1)", "https://"),
        ("medical_bills_range", "over $25,000", "under_10k"),
        ("last_name", ["a"], "not a list"),
        ("email", {"a": 1}, "not an object"),
        ("phone", True, "not true, false"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_fix(name: str, value: Any, sentence: str) -> None:
    assert sentence in problem_of(name, value)


def test_dates_that_contradict_each_other_are_refused() -> None:
    found = read(accident_date="2026-05-01", treatment_date="2026-04-01")
    assert "before the crash" in found.problems["treatment_date"][0]
    found = read(accident_date="1980-05-01", date_of_birth="1990-01-01")
    assert "before the birth" in found.problems["accident_date"][0]


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("treatment", "Emergency room", "emergency"),
        ("treatment", "Saw a doctor", "doctor"),
        ("treatment", "No treatment yet", "none"),
        ("treatment", "did not go to a hospital", "none"),
        ("treatment", "Not sure", "unknown"),
        ("treatment", "urgent care", "urgent_care"),
        ("treatment", "Still seeing a chiropractor", "ongoing"),
        ("treatment", True, "doctor"),
        ("has_attorney", "No", "no"),
        ("has_attorney", "I fired my lawyer", "fired"),
        ("has_attorney", "never had one", "no"),
        ("has_attorney", False, "no"),
        ("police_report", "Not sure", "unknown"),
        ("at_fault", "The other driver", "no"),
        ("at_fault", "Partially", "partial"),
        ("at_fault", "I was at fault", "yes"),
        ("role_in_accident", "Passenger in an Uber", "rideshare"),
        ("role_in_accident", "on my bike", "cyclist"),
        ("priority", "Medium", "normal"),
        ("commercial_vehicle", "Not sure", None),
        ("government_vehicle", "n", False),
    ],
)
def test_phrases_of_forms_are_understood(name: str, written: Any, meant: Any) -> None:
    assert value_of(name, written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((str(label), str(value)) for value, label in MedicalBills.choices),
        ("$12,500", "10k_25k"),
        ("10k-25k", "10k_25k"),
        ("less than 10,000", "under_10k"),
        ("100k+", "over_100k"),
        ("none", "under_10k"),
    ],
)
def test_medical_bills_are_put_into_their_range(written: str, meant: str) -> None:
    assert value_of("medical_bills_range", written) == meant


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("zip_code", "90210", "90210"),
        ("zip_code", "90210 1234", "90210-1234"),
        ("zip_code", 1234, "01234"),
        ("zip_code", 1234.0, "01234"),
        ("zip_code", "1234.0", "01234"),
        ("state", "n.y.", "NY"),
        ("state", "Washington, D.C.", "DC"),
        ("lead_value", "$1,234.5", Decimal("1234.50")),
        ("acquisition_cost", 35, Decimal("35.00")),
        ("acquisition_cost", 35.1, Decimal("35.10")),
        ("fault_percent", "20%", 20),
        ("tags", "hot, truck; hot", ["hot", "truck"]),
        ("tags", ["a, b", "c"], ["a, b", "c"]),
        ("email", " Mary.Hall@Example.COM ", "mary.hall@example.com"),
        ("address", "1 Main St\nApt 4", "1 Main St, Apt 4"),
        ("notes", "a\r\nb", "a\nb"),
        ("source_url", "example.com/a?b=c", "https://example.com/a?b=c"),
        ("phone", "N/A", None),
        ("last_name", "Null", "Null"),
    ],
)
def test_values_take_their_stored_form(name: str, written: Any, meant: Any) -> None:
    assert value_of(name, written) == meant


def test_fields_sent_without_a_value_are_told_apart_from_fields_not_sent() -> None:
    found = read(email="", phone=None, notes="  ", campaign="n")
    assert found.values == {"campaign_source": "n"}
    assert found.blank == {"email", "phone", "notes"}


def test_a_description_beside_the_injuries_is_a_note() -> None:
    found = read(description="Rear-ended", injury_description="Neck", notes="Call late")
    assert found.values == {"injury_description": "Neck", "notes": "Call late\nRear-ended"}


def test_what_only_the_program_writes_is_not_placed() -> None:
    assert read(filing_deadline="2027-01-01").unplaced == {"filing_deadline": "2027-01-01"}


def test_extensions_of_phones_go_into_the_notes_and_unknown_fields_stay() -> None:
    raw = {
        "phone": "(312) 555-0199 x12",
        "alt phone": "312-555-0142 ext. 7",
        "notes": "n" * 20_000,
        "shoe": "42",
    }
    found = normalise(raw, today=TODAY)
    note_extensions(found, raw)
    assert found.unplaced == {"shoe": "42"}
    assert found.values["notes"].endswith("n\nPhone extension: 12\nAlt phone extension: 7")
    assert len(found.values["notes"]) == 20_000
