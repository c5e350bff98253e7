"""Serializers that lose nothing silently."""

import unicodedata
from typing import Any

from rest_framework import serializers

from crm.core.text import LINE_BREAKS, MARKUP, control_characters


class PlainCharField(serializers.CharField):
    """One line of text: no control characters; with `markup=False` no markup either."""

    def __init__(self, *, markup: bool = True, multiline: bool = False, **kwargs: Any) -> None:
        self.markup = markup
        self.allowed = LINE_BREAKS if multiline else frozenset[str]()
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(f"Must be a string, not {type(data).__name__}.")
        found = control_characters(data, allowed=self.allowed)
        if found:
            raise serializers.ValidationError(
                f"Holds control characters ({', '.join(found[:5])}); remove them."
            )
        text: str = super().to_internal_value(unicodedata.normalize("NFC", data))
        if not self.markup and MARKUP.search(text):
            raise serializers.ValidationError("Holds markup; send plain text.")
        return text


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know, naming them: a misspelt field must not be lost."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                known = ", ".join(sorted(name for name, field in self.fields.items() if not field.read_only))
                raise serializers.ValidationError(
                    {name: [f"Unknown field. Known: {known}."] for name in unknown}
                )
        return super().to_internal_value(data)
