"""The file of refused rows: the columns as they came, then the row's number and the reason."""

import csv
import io
import tempfile
from collections.abc import Iterable
from typing import Any

from django.core.files import File
from django.db.models import Func, IntegerField, Max

from crm.core.text import defused
from leads.models import LeadImport
from leads.services.imports.columns import REFUSAL_COLUMNS
from leads.services.imports.rows import shown

IN_MEMORY = 4 * 1024 * 1024  # bytes; what is longer waits on disk


def write_refused_file(one: LeadImport, header: list[str]) -> None:
    """Make the file from the refusals kept, and name it in `one` (not saved). No refusals, no file."""
    kept = one.refusals.order_by("row").values_list("row", "reason", "cells")
    if not kept.exists():
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        widest = kept.aggregate(
            cells=Max(Func("cells", function="jsonb_array_length", output_field=IntegerField()))
        )["cells"]
        header = [*header, *(f"Column {n + 1}" for n in range(len(header), widest))]
        writer.writerow([*_cells(header), *REFUSAL_COLUMNS])
        for row, reason, cells in kept.iterator(chunk_size=2000):
            filled = [*cells, *[""] * (len(header) - len(cells))]
            writer.writerow([*_cells(filled), row, defused(reason)])
        text.flush()
        text.detach()
        file.seek(0)
        one.refused_file.save(f"{one.pk}-refused.csv", File(file), save=False)


def _cells(cells: Iterable[Any]) -> list[str]:
    return [defused("" if cell is None else shown(cell)) for cell in cells]
