"""Phone numbers, e-mail and network addresses, links."""

import ipaddress
import re
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from leads.services.normalising.text import UnreadableError, stated

# A plain number of the North American plan: most of what comes in, and a tenth of the work of the library.
# Whether it answers the same is a test (test_normalise_phones.py).
PLAIN_NANP = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(([2-9][0-8][0-9])\)|([2-9][0-8][0-9]))[ .-]?([2-9][0-9]{2})[ .-]?([0-9]{4})"
)
NANP = re.compile(r"[2-9](?!11)[0-8][0-9][2-9][0-9]{6}")
WRITTEN = re.compile(r"[+\uff0b]?[\d\s().\-/\u2010-\u2015\u2212]+", re.ASCII)
EXTENSION = re.compile(r"[\s,;]*(?:extension|ext\.?|x|#)\s*[:.]?\s*(\d{1,7})$", re.ASCII | re.IGNORECASE)
ROUNDED = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
NOT_A_PHONE = "Is not a phone number; send ten digits with a real area code, or + and the country code."

is_email = EmailValidator()
# Plain addresses, a part of what Django's validator takes (test_normalise_phones.py holds it to that).
PLAIN_EMAIL = re.compile(r"[a-z0-9_]+(?:[.+-][a-z0-9_]+)*@(?:[a-z0-9]{1,60}\.){1,3}[a-z]{2,20}")
LINK = re.compile(r"https?://[^\s/?#<>\"]+\.?[^\s<>\"]*", re.IGNORECASE)
BARE_LINK = re.compile(r"[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,}(?:[/?#][^\s<>\"]*)?", re.IGNORECASE)


def phone_and_extension(value: Any) -> tuple[str, str]:
    """E.164 and the digits of an extension, each "" where there is none. Raises UnreadableError."""
    text = stated(value)
    if not text:
        return "", ""
    plain = PLAIN_NANP.fullmatch(text)
    if plain and settings.DEFAULT_PHONE_REGION == "US":
        return _north_american("".join(part for part in plain.groups() if part)), ""
    if ROUNDED.fullmatch(text):
        raise UnreadableError(
            f"Is a number rounded by a spreadsheet ({text}); format the column as text and export it again."
        )
    text = text.removesuffix(".0") if text[:-2].isdigit() else text
    extension = EXTENSION.search(text)
    number = text[: extension.start()] if extension else text
    return _parsed(number), extension[1] if extension else ""


def phone(value: Any) -> str:
    """E.164, or "" for nothing."""
    return phone_and_extension(value)[0]


def _parsed(text: str) -> str:
    if not WRITTEN.fullmatch(text) or len(text) > 40:
        raise UnreadableError(NOT_A_PHONE)
    try:
        number = phonenumbers.parse(text, settings.DEFAULT_PHONE_REGION)
    except phonenumbers.NumberParseException:
        raise UnreadableError(NOT_A_PHONE) from None
    if number.country_code == 1:
        return _north_american(str(number.national_number))
    found: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(number) or not E164.fullmatch(found):
        raise UnreadableError(NOT_A_PHONE)
    return found


def _north_american(digits: str) -> str:
    """Judged by the form of the numbering plan, not by the library's list of area codes: the list ages."""
    if not NANP.fullmatch(digits) or len(set(digits)) == 1:
        raise UnreadableError(NOT_A_PHONE)
    return f"+1{digits}"


def email(value: Any, longest: int | None) -> str:
    """An address, casefolded, or "" for nothing."""
    text = stated(value)
    text = text.removeprefix("mailto:").casefold()
    if not text:
        return ""
    if longest is not None and len(text) > longest:
        raise UnreadableError(f"Has {len(text):,} characters; at most {longest:,} fit.")
    if PLAIN_EMAIL.fullmatch(text):
        return text
    try:
        is_email(text)
    except ValidationError:
        raise UnreadableError("Is not an e-mail address; send one like name@example.com.") from None
    return text


def ip_address(value: Any) -> str | None:
    """An IPv4 or IPv6 address in its usual form, None for nothing."""
    text = stated(value)
    if not text:
        return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise UnreadableError("Is not an IP address; send one like 203.0.113.7.") from None
    if "%" in text:
        raise UnreadableError("Names a network interface; send the address alone.")
    return str(found)


def link(value: Any, longest: int | None) -> str:
    """A web address; without a scheme https is meant. "" for nothing."""
    text = stated(value)
    if text and BARE_LINK.fullmatch(text):
        text = f"https://{text}"
    if text and (not LINK.fullmatch(text) or not text.isprintable()):
        raise UnreadableError("Is not a web address; send one that starts with https://.")
    if longest is not None and len(text) > longest:
        raise UnreadableError(f"Has {len(text):,} characters; at most {longest:,} fit.")
    return text
