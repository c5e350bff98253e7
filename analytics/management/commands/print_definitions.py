"""`manage.py print_definitions`: what each number means, as docs/definitions.md has it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from analytics.definitions import SECTIONS

DOCS = Path(settings.BASE_DIR) / "docs" / "definitions.md"
BEGIN, END = "<!-- manage.py print_definitions --write -->\n", "<!-- end -->\n"


class Command(BaseCommand):
    help = "Print the definitions of the numbers as tables; --write puts them into docs/definitions.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="into docs/definitions.md")

    def handle(self, **options: Any) -> None:
        if options["write"]:
            DOCS.write_text(documented(DOCS.read_text()))
        else:
            self.stdout.write(tables())


def tables() -> str:
    """One table a section, in Markdown."""
    return "\n".join(
        f"### {heading}\n| number | definition |\n|---|---|\n"
        + "".join(
            f"| `{name}` | {sentence.replace('|', chr(92) + '|')} |\n" for name, sentence in section.items()
        )
        for heading, section in SECTIONS.items()
    )


def documented(page: str) -> str:
    """The page with what stands between its marks written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{tables()}{END}{after}"
