"""States and ZIP codes."""

import re
from typing import Any

from leads.choices import USPS_CODES
from leads.services.normalising.text import UnreadableError, stated

NAMES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "PR": "Puerto Rico",
    "GU": "Guam",
    "VI": "US Virgin Islands",
    "AS": "American Samoa",
    "MP": "Northern Mariana Islands",
    "AA": "Armed Forces Americas",
    "AE": "Armed Forces Europe",
    "AP": "Armed Forces Pacific",
}
ALSO = {
    "washingtondc": "DC",
    "washingtonstate": "WA",
    "newyorkstate": "NY",
    "virginislands": "VI",
    "usvi": "VI",
    "calif": "CA",
    "penn": "PA",
    "penna": "PA",
    "mass": "MA",
    "tenn": "TN",
    "tex": "TX",
    "ariz": "AZ",
    "fla": "FL",
    "mich": "MI",
    "minn": "MN",
    "wash": "WA",
    "ill": "IL",
    "colo": "CO",
    "conn": "CT",
    "okla": "OK",
    "wisc": "WI",
}
_CODES = {code.casefold(): code for code in USPS_CODES} | ALSO
_CODES |= {name.replace(" ", "").casefold(): code for code, name in NAMES.items()}

ZIP = re.compile(r"(\d{5})(?:[- ]?(\d{4}))?", re.ASCII)
SHORT_ZIP = re.compile(r"\d{3,4}", re.ASCII)


def state(value: Any) -> str:
    """The two letters of the postal service, "" for nothing."""
    text = stated(value)
    if not text:
        return ""
    code = _CODES.get(text.casefold()) or _CODES.get(
        re.sub(r"[\W_]+", "", text).casefold().removeprefix("us")
    )
    if code is None:
        raise UnreadableError("Is not a state; send its two letters, like CA, or its name, like California.")
    return code


def zip_code(value: Any) -> str:
    """`12345` or `12345-6789`, "" for nothing. Spreadsheets take a leading zero away; it is put back."""
    text = stated(value)
    text = text.removesuffix(".0") if text[:-2].isdigit() else text
    if not text:
        return ""
    if SHORT_ZIP.fullmatch(text):
        return text.zfill(5)
    found = ZIP.fullmatch(text)
    if not found:
        raise UnreadableError("Is not a ZIP code; send 5 digits, or 9 as 12345-6789.")
    return f"{found[1]}-{found[2]}" if found[2] else found[1]
