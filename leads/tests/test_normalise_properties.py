"""What holds for anything that may be sent."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from leads.services.normalise import normalise
from leads.services.normalising.aliases import COMPUTED, FIELDS, SPREADING

TODAY = date(2026, 6, 15)
NAMES = st.sampled_from([*FIELDS, *SPREADING, *COMPUTED]) | st.text(max_size=20)
LIKELY = st.sampled_from(
    ["yes", "no", "1", "0", "15 Apr, 2021 00:03:00", "02/30/2021", "312-555-0142", "Bob@Example.com", "California", "1234",
     "$1,000", "Smith, John Jr.", "van der", "Jr.", ",", "a,b;c", "10k-25k", "More than $100,000", "example.com", "\u200b",
     "-", "N/A", "12.0", "60000.99", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "12:30", "::1", "\ufb01x@y.de"]
)  # fmt: skip
SCALARS = (
    LIKELY
    | st.text(max_size=60)
    | st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=60)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.decimals()
)
VALUES = SCALARS | st.lists(SCALARS, max_size=4) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=2)


@given(st.dictionaries(NAMES, VALUES, max_size=8))
@example({"created_at": datetime(1, 1, 1)})  # noqa: DTZ001 - naive on purpose
@example({"accident_date": "99999"})
@example({"phone": "\ud800", "notes": "\ud800"})
def test_nothing_that_is_sent_raises_and_nothing_is_lost(raw: dict[str, Any]) -> None:
    found = normalise(raw, today=TODAY)
    told = found.values.keys() | found.problems.keys() | found.blank
    assert set(found.unplaced) >= {name for name in raw if name in COMPUTED}
    assert told or found.unplaced or not raw
    assert not found.values.keys() & found.problems.keys()
    assert all(value not in (None, "", []) for value in found.values.values())


@given(st.dictionaries(NAMES, VALUES, max_size=8))
@example({"email": "a@\u0345b.de"})
@example({"name": "Jr. , ,x"})
def test_reading_what_was_read_changes_nothing(raw: dict[str, Any]) -> None:
    once = normalise(raw, today=TODAY)
    again = normalise(once.values, today=TODAY)
    assert again.problems == {}
    assert again.values == once.values
