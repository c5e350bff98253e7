"""A report as PDF, typeset by Typst: templates/reports/report.typ lays out what is told here.

Everything goes over as JSON, so that no name can be read as markup.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from math import floor, log10
from typing import Any

import orjson
import typst
from django.conf import settings

from analytics.models.reports import Audience
from analytics.selectors.reports import ReportRow, ReportSummary, shortened
from analytics.services.reporting import telling
from analytics.services.reporting.tables import (
    Column,
    Point,
    bar_length,
    columns_for,
    points_of,
    tables_for,
)

TEMPLATES = settings.BASE_DIR / "templates" / "reports"
LONGEST_TABLE = 60
"""Rows of a table on paper; the others are added up in one. XLSX and CSV have all of them."""
LONGEST_NAME, SHORT_NAME = 200, 48
LABELS = 8
"""How many bars are named below a chart."""
MANY_BARS, WIDEST_BAR = 40, 0.08
"""Above how many bars they stand close; what part of a chart one takes at most: a single day is no wall."""
LONG_WORD, PIECE = re.compile(r"\S{19,}"), re.compile(r"(\S{6})(?=\S)")
"""A word that the column of names may not hold (18 times the widest letter fit), and its pieces."""
MAY_BREAK = "\N{ZERO WIDTH SPACE}"
STEPS = (1, 2, 2.5, 5, 10)
WHOLE_STEPS = (1, 2, 5, 10)


def render_pdf(summary: ReportSummary, audience: Audience = Audience.STAFF) -> bytes:
    """The report on US Letter. Identical input makes an identical file."""
    compiled: Any = typst.compile(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=fonts(),
        sys_inputs={"data": orjson.dumps(pdf_data(summary, audience)).decode()},
        timestamp=summary.generated_at.replace(microsecond=0),
    )
    return bytes(compiled)


@cache
def fonts() -> typst.Fonts:
    """The fonts in Typst's wheel; what they have no glyph for, as Arabic or emoji, is looked for on this machine."""
    return typst.Fonts(include_system_fonts=True)


def pdf_data(summary: ReportSummary, audience: Audience) -> dict[str, Any]:
    """What the template shows, numbers as text."""
    days, subject = summary.period.days, telling.subject_of(summary)
    return {
        "title": telling.TITLE,
        "author": "MVA CRM",
        "subject": breakable(subject[:LONGEST_NAME]),
        "short": subject if len(subject) <= SHORT_NAME else f"{subject[:SHORT_NAME]}…",
        "dates": telling.told_period(summary),
        "days": f", {days:,} day{'' if days == 1 else 's'}",
        "compared": f"{telling.told_comparison(summary)} Rates change by percentage points.",
        "generated": f"Generated {telling.told_moment(summary.generated_at)}",
        "is_empty": summary.is_empty,
        "tiles": [_tile(one) for one in telling.key_numbers(summary, audience)],
        "charts": _charts(summary, audience),
        "tables": [] if summary.is_empty else _tables(summary, audience),
        "definitions": [
            {"name": name, "text": text} for name, text in telling.definitions_for(summary, audience).items()
        ],
    }


def _tile(one: telling.KeyNumber) -> dict[str, Any]:
    return {
        "label": one.title,
        "value": telling.told(one.value, one.kind),
        "change": telling.told_change(one),
        "before": telling.told_against(one),
        "better": one.judged.is_good,
    }


def _tables(summary: ReportSummary, audience: Audience) -> list[dict[str, Any]]:
    columns = columns_for(audience)
    return [
        {
            "title": table.title,
            "of": table.of,
            "columns": [column.title for column in columns],
            "rows": [
                _cells(row, columns) for row in shortened(list(table.rows), LONGEST_TABLE, summary.total)
            ],
            "total": _cells(summary.total_row, columns),
        }
        for table in tables_for(summary, audience)
        if not (summary.agency and table.name == "vendor")
    ]


def _cells(row: ReportRow, columns: tuple[Column, ...]) -> list[str]:
    return [
        breakable(row.name[:LONGEST_NAME]),
        *(telling.told(column.value(row), column.kind) for column in columns),
    ]


def breakable(text: str) -> str:
    """The same text, which a column can hold however long its words are."""
    return LONG_WORD.sub(lambda word: PIECE.sub(rf"\1{MAY_BREAK}", word[0]), text)


def _charts(summary: ReportSummary, audience: Audience) -> list[dict[str, Any]]:
    points, unit = points_of(summary), bar_length(summary)
    leads = _chart("leads", f"Leads by {unit}", points, [point.figures.leads for point in points], unit)
    if audience == Audience.AGENCY:
        return [leads]
    revenue = [float(point.figures.revenue) for point in points]
    return [_chart("revenue", f"Revenue by {unit}", points, revenue, unit), leads]


def _chart(name: str, title: str, points: list[Point], values: list[Any], unit: str) -> dict[str, Any]:
    top, step = scale(max(values, default=0), STEPS if name == "revenue" else WHOLE_STEPS)
    lines = round(top / step)
    return {
        "name": name,
        "title": title,
        "note": "" if unit == "day" else f"The first and the last {unit} may be parts of one.",
        "values": values,
        "top": top,
        "gap": gap_of(len(values)),
        "ticks": [[line / lines, _tick(line * step, name)] for line in range(lines + 1)],
        "labels": [[index, _label(points[index].start, unit)] for index in _named(len(points))],
    }


def gap_of(bars: int) -> float:
    """What each of so many bars leaves free of its place; a few of them do not fill the chart."""
    return max(0.12 if bars > MANY_BARS else 0.22, 1 - bars * WIDEST_BAR)


def scale(highest: float, steps: Sequence[float] = STEPS) -> tuple[float, float]:
    """The top of an axis from zero that holds `highest`, and the step of its few lines: at least 1."""
    if highest <= 0:
        return 1, 1
    rough = highest / 4
    power = 10 ** floor(log10(rough))
    step = max(1, next(power * one for one in steps if power * one >= rough * (1 - 1e-9)))
    lines = -(-highest // step)
    return step * lines, step


def _tick(value: float, name: str) -> str:
    mark = "$" if name == "revenue" else ""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{mark}{Decimal(str(round(value / size, 2))).normalize():f}{letter}"
    return f"{mark}{value:g}"


def _named(bars: int) -> list[int]:
    step = max(1, -(-bars // LABELS))
    return list(range(0, bars, step))


def _label(start: date, unit: str) -> str:
    return f"{start:%b} {start.year}" if unit == "month" else f"{start:%b} {start.day}"
