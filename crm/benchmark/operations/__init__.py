"""The benchmark's rows, in the order they are measured: what reads before what writes."""

from crm.benchmark.operations import bulk, numbers, reading, searching, writing
from crm.benchmark.operations.model import Case, Operation

OPERATIONS: tuple[Operation, ...] = (
    *reading.OPERATIONS,
    *searching.OPERATIONS,
    *numbers.OPERATIONS,
    *writing.OPERATIONS,
    *bulk.OPERATIONS,
)

__all__ = ["OPERATIONS", "Case", "Operation"]
