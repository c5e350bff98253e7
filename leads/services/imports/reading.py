"""A file's rows, one at a time: CSV in the encodings and with the separators spreadsheets write, and XLSX."""

import csv
import io
import zipfile
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import ARC_CONTENT_TYPES
from openpyxl.xml.functions import fromstring

from crm.core.text import undefused
from leads.services.imports.exceptions import UnusableFile

SAMPLE = 64 * 1024  # bytes
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8-sig", "cp1252")
MOST_COLUMNS = 500
MOST_UNPACKED = 512 * 1024**2  # bytes; what is more is no list of leads
MOST_IN_MEMORY = 32 * 1024**2  # bytes of any part but the sheets, which are streamed; half a second each MiB
SHEET_TYPE = "spreadsheetml.worksheet+xml"
ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

Row = tuple[int, list[Any]]
"""The row's number as a spreadsheet shows it (the header is 1) and its cells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read: its header, and how many rows follow (about, for XLSX; None where unknown)."""

    header: list[str]
    total: int | None
    form: dict[str, str]
    rows: Generator[Row, None, None]

    def __enter__(self) -> "Sheet":
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file, which stays open."""
        self.rows.close()


def kind_of(head: bytes) -> str:
    """`csv` or `xlsx`, by the file's first bytes and never by its name. Raises UnusableFile."""
    if not head:
        raise UnusableFile("The file is empty; export it again.")
    if head.startswith(ZIP_MAGIC):
        return "xlsx"
    if head.startswith(OLE_MAGIC):
        raise UnusableFile(
            "This is an old or encrypted Excel file; save it as .xlsx without a password, or as CSV."
        )
    text = head.decode("utf-16", "replace") if head.startswith(UTF16_MARKS) else head.decode("latin-1")
    if "\x00" in text or head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"GIF8")):
        raise UnusableFile("This is neither CSV nor XLSX; export the leads in one of these.")
    return "csv"


def open_sheet(file: IO[bytes]) -> Sheet:
    """Read the header and get ready to read the rows. Raises UnusableFile, also while reading the rows."""
    file.seek(0)
    kind = kind_of(file.read(SAMPLE))
    file.seek(0)
    return _open_xlsx(file) if kind == "xlsx" else _open_csv(file)


def _open_csv(file: IO[bytes]) -> Sheet:
    sample = file.read(SAMPLE)
    encodings = ("utf-16",) if sample.startswith(UTF16_MARKS) else ENCODINGS
    for encoding in encodings:
        delimiter = _delimiter_of(sample.decode(encoding, "replace"))
        try:
            total = sum(1 for _ in _csv_rows(file, encoding, delimiter)) - 1
        except UnicodeDecodeError:
            continue
        rows = _csv_rows(file, encoding, delimiter)
        form = {"kind": "csv", "encoding": encoding.removesuffix("-sig"), "delimiter": delimiter}
        return Sheet(_header(rows), total, form, rows)
    raise UnusableFile("The file's text cannot be read; save it as CSV in UTF-8 and send it again.")


def _delimiter_of(sample: str) -> str:
    """The separator that gives the header the most columns."""
    text = sample.lstrip()

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=columns)


def _csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[Row, None, None]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter), 1):
            if any(cell and not cell.isspace() for cell in cells):
                yield number, [undefused(cell) for cell in cells]
    except csv.Error as error:
        raise UnusableFile(f"The file is broken off or has an unclosed quote: {error}.") from None
    finally:
        text.detach()  # else closing the wrapper closes the file


def _open_xlsx(file: IO[bytes]) -> Sheet:
    try:
        _check_unpacked(file)
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        total = sheet.max_row - 1 if sheet.max_row else None
        sheet.reset_dimensions()  # what the file says of its size is often wrong, and would cut columns off
        rows = _xlsx_rows(sheet.iter_rows(values_only=True))
        return Sheet(_header(rows), total, {"kind": "xlsx", "sheet": sheet.title}, rows)
    except UnusableFile:
        raise
    except _BROKEN_XLSX as error:
        raise _broken(error) from None


_BROKEN_XLSX = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    IndexError,
    ValueError,
    OSError,
    TypeError,
)


def _check_unpacked(file: IO[bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        sizes = {part.filename: part.file_size for part in archive.infolist()}
        if sum(sizes.values()) > MOST_UNPACKED:
            raise UnusableFile(
                f"The workbook is larger than {MOST_UNPACKED // 1024**2} MiB unpacked; save the sheet as CSV."
            )
        large = {name for name, size in sizes.items() if size > MOST_IN_MEMORY}
        if any("worksheets/" not in name for name in large) or large - _sheets_of(archive, large):
            raise UnusableFile(
                f"The workbook's table of texts, or another part beside its sheets, is larger than "
                f"{MOST_IN_MEMORY // 1024**2} MiB unpacked; save the sheet as CSV."
            )


def _sheets_of(archive: zipfile.ZipFile, large: set[str]) -> set[str]:
    """The parts that are declared as sheets and as nothing else: only these are read row by row."""
    if not large:
        return set()
    declared = [
        (part.get("PartName", "").lstrip("/"), part.get("ContentType", "").endswith(SHEET_TYPE))
        for part in fromstring(archive.read(ARC_CONTENT_TYPES))
    ]
    return {name for name, is_sheet in declared if is_sheet} - {
        name for name, is_sheet in declared if not is_sheet
    }


def _broken(error: Exception) -> UnusableFile:
    return UnusableFile(
        f"The file is no readable XLSX workbook ({type(error).__name__}); save it again, or as CSV."
    )


def _xlsx_rows(rows: Iterable[tuple[Any, ...]]) -> Generator[Row, None, None]:
    reader = iter(rows)
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except _BROKEN_XLSX as error:
            raise _broken(error) from None
        if cells is None:
            return
        number += 1
        if any(cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in cells):
            yield number, list(cells)


def _header(rows: Iterator[Row]) -> list[str]:
    _, cells = next(rows, (0, []))
    names = ["" if cell is None else " ".join(str(cell).split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnusableFile("The file holds no rows; the first one must name the columns.")
    if len(names) > MOST_COLUMNS:
        raise UnusableFile(f"The file has {len(names):,} columns; at most {MOST_COLUMNS} are read.")
    return names
