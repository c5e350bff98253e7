"""Reading JSON strictly."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ParseError(f"The key {name[:80]!r} stands twice in one object; keep one of them.")
        made[name] = value
    return made


def _no_constant(name: str) -> None:
    raise ParseError(f"{name} is not JSON; send a number or null.")


def _refuse_halves(parsed: Any) -> None:
    """Half of a surrogate pair is no character: no database keeps it, and no answer can quote it."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = ord(error.object[error.start])
        raise ParseError(f"The body holds \\u{half:04x}, which is half of a character.") from None


class StrictJSONParser(JSONParser):
    """JSON without what parsers disagree on: repeated keys, NaN, broken Unicode, nesting without end."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            text = stream.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not UTF-8: byte {error.start} cannot be read.") from None
        try:
            parsed = json.loads(text, object_pairs_hook=_object_of, parse_constant=_no_constant)
            if SURROGATE_ESCAPE.search(text):  # a pair of them is a character like any other
                _refuse_halves(parsed)
        except json.JSONDecodeError as error:
            raise ParseError(
                f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
            ) from None
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError:  # a number with thousands of digits
            raise ParseError("The body holds a number too long to read.") from None
        return parsed
