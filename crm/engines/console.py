"""What the supervisor says: its own lines, those of its children behind their names, and the final box."""

import os
import sys
from collections.abc import Sequence
from typing import TextIO

COLOURS = {"web": "36", "worker": "35", "beat": "33", "setup": "34", "run": "32", "error": "31"}
NAME_WIDTH = 6


class Console:
    """Prefixed lines, in colour on a terminal (unless NO_COLOR is set)."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self.stream = stream
        self.colourful = stream.isatty() and not os.environ.get("NO_COLOR")

    def line(self, name: str, text: str) -> None:
        self._write(f"{self._paint(name, f'{name:<{NAME_WIDTH}} |')} {text}\n")

    def say(self, text: str) -> None:
        self.line("run", text)

    def error(self, text: str) -> None:
        self.line("error", text)

    def box(self, lines: Sequence[str]) -> None:
        width = max(map(len, lines))
        rule = "-" * (width + 2)
        body = "".join(f"| {line:<{width}} |\n" for line in lines)
        self._write(self._paint("run", f"+{rule}+\n{body}+{rule}+") + "\n")

    def _paint(self, name: str, text: str) -> str:
        return f"\033[{COLOURS.get(name, '0')}m{text}\033[0m" if self.colourful else text

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:  # the terminal is gone; going down in order matters more
            self.stream = open(os.devnull, "w")  # noqa: SIM115, PTH123
