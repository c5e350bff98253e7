"""A report as CSV: one tidy table, a row for the total, the period before, and each vendor, source, agent, state and day."""

import csv
import io
from collections.abc import Iterator

from analytics.models.reports import Audience
from analytics.selectors.reports import ReportRow, ReportSummary
from analytics.services.reporting import telling
from analytics.services.reporting.tables import Column, columns_for, rows_of_days, tables_for
from crm.core.text import defused

FIXED = ("section", "code", "name", "start", "end")


def render_csv(summary: ReportSummary, audience: Audience = Audience.STAFF) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it; numbers bare, as 1234.50; unknown ones empty.

    Rows of one `section` add up to the row of section `total`. Names that a spreadsheet would run are defused.
    """
    columns = columns_for(audience)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*FIXED, *(column.name for column in columns)])
    writer.writerows(_rows(summary, audience, columns))
    return text.getvalue().encode("utf-8-sig")


def _rows(summary: ReportSummary, audience: Audience, columns: tuple[Column, ...]) -> Iterator[list[str]]:
    period, before = summary.period, summary.period.previous()
    until = telling.UNTIL_NOW if before.is_running else ""
    previous = ReportRow("", f"Period before{until}", summary.previous, None)
    yield _row("total", summary.total_row, period.start, period.end, columns)
    yield _row("previous", previous, before.start, before.end, columns)
    for table in tables_for(summary, audience):
        for row in table.rows:
            yield _row(table.name, row, period.start, period.end, columns)
    for day, row in rows_of_days(summary):
        yield _row("day", row, day, day, columns)


def _row(section: str, row: ReportRow, start: object, end: object, columns: tuple[Column, ...]) -> list[str]:
    numbers = (column.value(row) for column in columns)
    fixed = (section, defused(row.code), defused(row.name), str(start), str(end))
    return [*fixed, *("" if number is None else str(number) for number in numbers)]
