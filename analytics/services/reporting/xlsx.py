"""A report as an Excel workbook: a first sheet with a chart, and a sheet each for vendors, sources, agents, states, days."""

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from analytics.models.reports import Audience
from analytics.selectors.reports import ReportRow, ReportSummary
from analytics.services.reporting import telling
from analytics.services.reporting.tables import Column, Kind, Value, columns_for, rows_of_days, tables_for
from crm.core.text import FORMULA_STARTS

ACCENT, SECOND, LINE = "#1F4E8C", "#C77D2E", "#D8DEE7"
NUMBERS: dict[Kind, str] = {"count": "#,##0", "money": "$#,##0.00", "percent": '0.0" %"'}
WIDTHS: dict[Kind, int] = {"count": 12, "money": 15, "percent": 12}
CODE_WIDTH, NAME_WIDTH = 30, 44
DAYS_SHEET = "Days"
LETTER = 1  # Excel's number of the paper

Formats = dict[str, Format]


def render_xlsx(summary: ReportSummary, audience: Audience = Audience.STAFF) -> bytes:
    """The workbook. Texts are written as texts: no cell is a formula."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties(
            {
                "title": f"{telling.TITLE}, {telling.told_period(summary)}",
                "author": "MVA CRM",
                "created": summary.generated_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        formats = _formats(book)
        columns = columns_for(audience)
        front = book.add_worksheet("Summary")
        for table in tables_for(summary, audience):
            _write_table(book.add_worksheet(table.title), table.of, table.rows, summary, columns, formats)
        days = _write_days(book.add_worksheet(DAYS_SHEET), summary, columns, formats)
        place = _write_front(front, summary, audience, formats)
        if not summary.is_empty:
            _add_chart(book, front, place, days, columns)
    return file.getvalue()


def _formats(book: Workbook) -> Formats:
    found = {
        "title": book.add_format({"bold": True, "font_size": 18, "font_color": ACCENT}),
        "note": book.add_format({"font_color": "#5D6B7E"}),
        "long": book.add_format({"font_color": "#5D6B7E", "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "inert": book.add_format({"num_format": "@", "quote_prefix": True}),
        "bold": book.add_format({"bold": True, "top": 1, "top_color": ACCENT}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "change": book.add_format({"num_format": '+0.0" %";-0.0" %"'}),
        "points": book.add_format({"num_format": '+0.0" points";-0.0" points"'}),
    }
    for name, align in (("head", "left"), ("head number", "right")):
        found[name] = book.add_format(
            {"bold": True, "font_color": "white", "bg_color": ACCENT, "align": align, "valign": "vcenter"}
        )
    for kind, number in NUMBERS.items():
        found[kind] = book.add_format({"num_format": number})
        found[f"{kind} total"] = book.add_format(
            {"num_format": number, "bold": True, "top": 1, "top_color": ACCENT}
        )
    return found


def _write_front(sheet: Worksheet, summary: ReportSummary, audience: Audience, formats: Formats) -> int:
    """Returns the row that the chart begins at."""
    _text(sheet, 0, 0, f"{telling.TITLE}: {telling.subject_of(summary)}", formats, "title")
    _text(sheet, 1, 0, telling.told_period(summary), formats, "note")
    _text(sheet, 2, 0, f"Generated {telling.told_moment(summary.generated_at)}", formats, "note")
    before = summary.period.previous()
    days_before = telling.told_days(before.start, before.end)
    about = "No leads came in." if summary.is_empty else telling.told_comparison(summary)
    _text(sheet, 3, 0, about, formats, "note")
    has_same_age = bool(telling.compared_at_same_age(summary))
    heads = ["", "This period", days_before, *(["At the same age"] if has_same_age else []), "Change"]
    for column, head in enumerate(heads):
        sheet.write_string(4, column, head, formats["head number" if column else "head"])
    numbers = telling.key_numbers(summary, audience)
    for row, one in enumerate(numbers, start=5):
        _text(sheet, row, 0, one.title, formats)
        _number(sheet, row, 1, one.value, formats[one.kind])
        _number(sheet, row, 2, one.before, formats[one.kind])
        if has_same_age:
            _number(sheet, row, 3, one.of_same_age, formats[one.kind])
        is_rate = one.kind == "percent"
        change, style = (one.points, "points") if is_rate else (one.judged.change, "change")
        _number(sheet, row, len(heads) - 1, change, formats[style])
    place = 5 + len(numbers) + 1
    row = place + (0 if summary.is_empty else CHART_ROWS)
    for name, sentence in telling.definitions_for(summary, audience).items():
        _text(sheet, row, 0, name, formats, "note")
        sheet.merge_range(row, 1, row, 5, "")
        sheet.write_string(row, 1, sentence, formats["long"])
        sheet.set_row(row, 15 * (1 + len(sentence) // 90))
        row += 1
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 5, 18)
    sheet.hide_gridlines(2)
    _print_setup(sheet, is_wide=False)
    return place


def _write_table(
    sheet: Worksheet,
    of: str,
    rows: Sequence[ReportRow],
    summary: ReportSummary,
    columns: Sequence[Column],
    formats: Formats,
) -> None:
    _heads(sheet, (of, "Code"), columns, formats)
    for line, row in enumerate(rows, start=1):
        _text(sheet, line, 0, row.name, formats)
        _text(sheet, line, 1, row.code, formats)
        _numbers(sheet, line, row, columns, formats)
    _total(sheet, len(rows) + 1, summary, columns, formats)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, 1, CODE_WIDTH)


def _write_days(sheet: Worksheet, summary: ReportSummary, columns: Sequence[Column], formats: Formats) -> int:
    """Returns the number of days."""
    days = rows_of_days(summary)
    _heads(sheet, ("Day", "Weekday"), columns, formats)
    for line, (day, row) in enumerate(days, start=1):
        sheet.write_datetime(line, 0, day, formats["date"])
        _text(sheet, line, 1, row.name, formats)
        _numbers(sheet, line, row, columns, formats)
    _total(sheet, len(days) + 1, summary, columns, formats)
    sheet.set_column(0, 1, 14)
    return len(days)


def _heads(sheet: Worksheet, names: tuple[str, str], columns: Sequence[Column], formats: Formats) -> None:
    """The first row, which stays in sight and repeats on paper."""
    for position, name in enumerate(names):
        sheet.write_string(0, position, name, formats["head"])
    for position, column in enumerate(columns, start=2):
        sheet.write_string(0, position, column.title, formats["head number"])
        sheet.set_column(position, position, WIDTHS[column.kind])
    sheet.set_row(0, 20)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    _print_setup(sheet, is_wide=True)


def _total(
    sheet: Worksheet, line: int, summary: ReportSummary, columns: Sequence[Column], formats: Formats
) -> None:
    """The last row, outside of what is filtered and sorted."""
    sheet.autofilter(0, 0, max(line - 1, 1), 1 + len(columns))
    sheet.write_string(line, 0, "Total", formats["bold"])
    sheet.write_blank(line, 1, None, formats["bold"])
    _numbers(sheet, line, summary.total_row, columns, formats, " total")


def _numbers(
    sheet: Worksheet, line: int, row: ReportRow, columns: Sequence[Column], formats: Formats, style: str = ""
) -> None:
    for position, column in enumerate(columns, start=2):
        _number(sheet, line, position, column.value(row), formats[column.kind + style])


def _number(sheet: Worksheet, line: int, position: int, value: Value, style: Format) -> None:
    if value is None:
        sheet.write_blank(line, position, None, style)
    else:
        sheet.write_number(line, position, value, style)


def _text(
    sheet: Worksheet, line: int, position: int, text: str, formats: Formats, style: str = "text"
) -> None:
    """A text; one that would start a formula if it were typed is marked as text also for those who copy it."""
    if style == "text" and text.startswith(FORMULA_STARTS):
        style = "inert"
    sheet.write_string(line, position, text, formats[style])


CHART_ROWS = 20
"""Rows of the first sheet that the chart stands on."""


def _add_chart(book: Workbook, front: Worksheet, place: int, days: int, columns: Sequence[Column]) -> None:
    """Leads as columns; revenue, where it is shown, as a line on an axis of its own."""
    places = {column.name: position for position, column in enumerate(columns, start=2)}
    chart: Any = book.add_chart({"type": "column"})
    chart.add_series(_series("Leads", places["leads"], days) | {"fill": {"color": SECOND}, "gap": 40})
    if "revenue" in places:
        line: Any = book.add_chart({"type": "line"})
        line.add_series(
            _series("Revenue", places["revenue"], days)
            | {"y2_axis": True, "line": {"color": ACCENT, "width": 2.25}}
        )
        line.set_y2_axis({"name": "Revenue", "num_format": "$#,##0", "min": 0})
        chart.combine(line)
    chart.set_title({"name": "By day of arrival", "name_font": {"size": 12, "color": ACCENT}})
    chart.set_x_axis({"date_axis": True, "num_format": "mmm d", "num_font": {"rotation": -45}})
    chart.set_y_axis(
        {"name": "Leads", "min": 0, "major_gridlines": {"visible": True, "line": {"color": LINE}}}
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 860, "height": 20 * (CHART_ROWS - 1)})
    shown = " and revenue" if "revenue" in places else ""
    front.insert_chart(place, 0, chart, {"description": f"Leads{shown} by day of arrival"})


def _series(name: str, column: int, days: int) -> dict[str, Any]:
    return {
        "name": name,
        "categories": [DAYS_SHEET, 1, 0, days, 0],
        "values": [DAYS_SHEET, 1, column, days, column],
    }


def _print_setup(sheet: Worksheet, *, is_wide: bool) -> None:
    sheet.set_paper(LETTER)
    if is_wide:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")
