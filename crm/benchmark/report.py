"""The measured figures as tables and as a document."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm.benchmark.operations import OPERATIONS
from crm.benchmark.results import (
    BARE,
    OURS,
    RAW,
    Result,
    Results,
    Timing,
    Verdict,
    growth,
    growth_verdicts,
    verdicts,
)  # fmt: skip

HEADERS = (
    "operation",
    "p50",
    "p95",
    "/s",
    "W p50",
    "W p95",
    "S p50",
    "x W",
    "x S",
    "stmts",
    "db ms",
    "growth",
)
MISSING = "-"
TITLES = {operation.name: operation.title for operation in OPERATIONS}


def judged(measured: Mapping[int, Results]) -> list[Verdict]:
    """Every aim of DESIGN.md that could be judged."""
    aims = {operation.name: operation.aims for operation in OPERATIONS}
    limits = {operation.name: operation.growth for operation in OPERATIONS if operation.growth}
    return [*verdicts(aims, measured), *growth_verdicts(limits, measured)]


def tables(measured: Mapping[int, Results], *, is_markdown: bool) -> str:
    """A table for each size, and the aims."""
    parts = []
    for leads, results in measured.items():
        rows = [_row(name, leads, result, measured) for name, result in results.items()]
        parts += [_heading(f"{leads:,} leads", is_markdown), _table(HEADERS, rows, is_markdown)]
    found = [
        (
            one.operation,
            f"{one.leads:,}",
            one.aim,
            _figure(one.value),
            "met" if one.is_met else "MISSED",
        )
        for one in judged(measured)
    ]
    if found:
        table = _table(("operation", "leads", "aim", "measured", ""), found, is_markdown)
        parts += [_heading("Aims", is_markdown), table]
    return "\n\n".join(parts)


def document(measured: Mapping[int, Results], surroundings: Mapping[str, Any]) -> dict[str, Any]:
    """Everything, for a file."""
    return {
        **surroundings,
        "sizes": {
            str(leads): {name: _result_document(name, leads, result, measured) for name, result in results.items()}
            for leads, results in measured.items()
        },
        "aims": [
            {"operation": one.operation, "leads": one.leads, "aim": one.aim, "value": _rounded(one.value), "met": one.is_met}
            for one in judged(measured)
        ],
    }  # fmt: skip


def line(result: Result) -> str:
    """A result in short, while the run goes on."""
    if not result.sides:
        return result.note
    told = f"p50 {_figure(result.figure(OURS))} ms, p95 {_figure(result.figure(OURS, 'p95'))} ms"
    floors = [side for side in (BARE, RAW) if side in result.sides]
    return told + "".join(f", {_figure(result.ratio(side))} x {side}" for side in floors)


def _row(name: str, leads: int, result: Result, measured: Mapping[int, Results]) -> Sequence[str]:
    if not result.sides:
        return [TITLES[name], result.note, *[""] * (len(HEADERS) - 2)]
    figures = [
        *(result.figure(OURS, measure) for measure in ("p50", "p95", "per_second")),
        *(result.figure(BARE, measure) for measure in ("p50", "p95")),
        result.figure(RAW),
        result.ratio(BARE),
        result.ratio(RAW),
        result.statements,
        result.database_ms,
        growth(name, leads, measured),
    ]
    return [TITLES[name], *map(_figure, figures)]


def _figure(value: float | None) -> str:
    if value is None:
        return MISSING
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{decimals}f}"


def _heading(text: str, is_markdown: bool) -> str:
    return f"### {text}" if is_markdown else text


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]], is_markdown: bool) -> str:
    lines = [headers, *rows]
    if is_markdown:
        marks = ["---", *["---:"] * (len(headers) - 1)]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (headers, marks, *lines[1:]))
    widths = [
        max(len(cells[place]) for cells in lines if cells[-1] or place == 0) for place in range(len(headers))
    ]
    return "\n".join(
        "  ".join([cells[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))]).rstrip()
        for cells in lines
    )  # fmt: skip


def _result_document(
    name: str, leads: int, result: Result, measured: Mapping[int, Results]
) -> dict[str, Any]:
    return {
        "title": TITLES[name],
        "note": result.note,
        "timings": {side: _timing_document(timing) for side, timing in result.sides.items()},
        "ratios": {side: _rounded(result.ratio(side)) for side in (BARE, RAW) if side in result.sides},
        "statements": result.statements,
        "database_ms": _rounded(result.database_ms),
        "growth": _rounded(growth(name, leads, measured)),
    }


def _timing_document(timing: Timing) -> dict[str, Any]:
    return {
        "p50_ms": _rounded(timing.p50),
        "p95_ms": _rounded(timing.p95),
        "count": timing.count,
        "per_second": _rounded(timing.per_second),
    }


def _rounded(value: float | None) -> float | None:
    """Four significant digits are more than a machine repeats."""
    return None if value is None else float(f"{value:.4g}")
