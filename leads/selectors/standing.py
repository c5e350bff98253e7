"""Whether an operation stands: an undo takes it back, the undo of that one brings it back, and so on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

_LAST = """
WITH RECURSIVE chain AS (
  SELECT undoes_id AS first, id, author, created_at, 1 AS length FROM leads_bulkoperation WHERE undoes_id = ANY (%s)
  UNION ALL
  SELECT chain.first, later.id, later.author, later.created_at, chain.length + 1
    FROM chain JOIN leads_bulkoperation later ON later.undoes_id = chain.id
)
SELECT DISTINCT ON (first) first, id, author, created_at, length FROM chain ORDER BY first, length DESC
"""


@dataclass(frozen=True, slots=True)
class Undone:
    """The last of the undos that follow an operation, each of the one before; it is the one to undo now."""

    last: UUID
    author: str
    at: datetime
    length: int

    @property
    def stands(self) -> bool:
        """Whether the operation is in force again."""
        return self.length % 2 == 0


def undone(operation_ids: Iterable[UUID]) -> dict[UUID, Undone]:
    """Of these operations those that were undone, however often. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [list(operation_ids)])
        return {first: Undone(*last) for first, *last in cursor.fetchall()}
