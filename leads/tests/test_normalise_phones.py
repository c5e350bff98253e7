"""Phone numbers, however they are written."""

import string
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.services.normalising.contacts import PLAIN_NANP, _parsed, phone, phone_and_extension
from leads.services.normalising.text import UnreadableError

AREA = st.from_regex(r"[2-9][0-8][0-9]", fullmatch=True).filter(lambda code: code[1:] != "11")
NATIONAL = (
    st.tuples(AREA, st.from_regex(r"[2-9][0-9]{6}", fullmatch=True))
    .map("".join)
    .filter(lambda n: len(set(n)) > 1)
)
FORMS = (
    "{a}{b}{c}", "{a}-{b}-{c}", "({a}) {b}-{c}", "({a}){b}-{c}", "{a}.{b}.{c}", "{a} {b} {c}", "+1{a}{b}{c}",
    "+1 ({a}) {b}-{c}", "1-{a}-{b}-{c}", "1{a}{b}{c}", " {a}-{b}-{c} ", "{a}/{b}-{c}", "{a}\u2013{b}\u2013{c}",
    "{a}{b}{c}.0", "001 {a} {b} {c}".replace("001", "011 1"),
)  # fmt: skip


def answer(read: Any, text: str) -> str:
    try:
        return str(read(text))
    except UnreadableError:
        return "refused"


@given(NATIONAL, st.sampled_from(FORMS))
def test_every_way_of_writing_a_number_gives_the_same_one(national: str, form: str) -> None:
    written = form.format(a=national[:3], b=national[3:6], c=national[6:])
    assert phone(written) == f"+1{national}"


@given(st.from_regex(PLAIN_NANP, fullmatch=True))
def test_the_short_way_answers_as_the_library_does(written: str) -> None:
    assert answer(phone, written) == answer(_parsed, written)


@given(st.text(alphabet=string.digits + " -.()+", min_size=9, max_size=16))
def test_the_short_way_never_takes_what_the_library_reads_differently(written: str) -> None:
    stripped = written.strip()
    if PLAIN_NANP.fullmatch(stripped):
        assert answer(phone, stripped) == answer(_parsed, stripped)


@given(NATIONAL)
def test_every_american_number_the_library_calls_valid_is_taken(national: str) -> None:
    if phonenumbers.is_valid_number(phonenumbers.parse(national, "US")):
        assert phone(national) == f"+1{national}"


@pytest.mark.parametrize(
    "written",
    ["555-0123", "123-456-7890", "000-000-0000", "911", "222-222-2222", "411-555-0123", "312-155-0123", "8.60E+09",
     "312-555-0142 / 312-555-0143", "call me", "+1", "+999 123456789", "1" * 300, "312555014a"],
)  # fmt: skip
def test_what_cannot_be_a_number_is_refused(written: str) -> None:
    with pytest.raises(UnreadableError):
        phone(written)


def test_a_number_from_a_spreadsheet_is_a_number() -> None:
    assert phone(8602536354) == phone(8602536354.0) == phone("8602536354.0") == "+18602536354"


def test_numbers_of_other_countries_need_their_code_and_must_be_valid() -> None:
    assert phone("+44 20 7946 0958") == "+442079460958"
    with pytest.raises(UnreadableError):
        phone("+44 20 7946")


@pytest.mark.parametrize(
    "written", ["312-555-0142 x45", "312-555-0142 ext. 45", "(312) 555-0142, extension 45", "3125550142#45"]
)
def test_an_extension_is_told_apart(written: str) -> None:
    assert phone_and_extension(written) == ("+13125550142", "45")
