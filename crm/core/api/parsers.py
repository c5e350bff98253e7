"""Reading JSON strictly."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ParseError(f"The key {name[:80]!r} stands twice in one object; keep one of them.")
        made[name] = value
    return made


def _no_constant(name: str) -> None:
    raise ParseError(f"{name} is not JSON; send a number or null.")


class StrictJSONParser(JSONParser):
    """JSON without what parsers disagree on: repeated keys, NaN, broken UTF-8, nesting without end."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            text = stream.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not UTF-8: byte {error.start} cannot be read.") from None
        try:
            return json.loads(text, object_pairs_hook=_object_of, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            raise ParseError(
                f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
            ) from None
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError:  # a number with thousands of digits
            raise ParseError("The body holds a number too long to read.") from None
