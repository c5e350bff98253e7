"""Doing an import, chunk by chunk. Safe to repeat: what is committed says where to go on."""

import gc
import hashlib
import itertools
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from leads.choices import ImportStatus
from leads.models import LeadImport
from leads.services.imports.chunks import PROGRESS, ChunkWriter, Reading
from leads.services.imports.exceptions import UnusableFile
from leads.services.imports.operation import record_end
from leads.services.imports.reading import Row, Sheet, open_sheet
from leads.services.imports.refused import write_refused_file

logger = logging.getLogger(__name__)

CHUNK = 2000  # rows in a transaction
ATTEMPTS = 10  # of a chunk that others get in the way of
CLASH_STATES = {"40P01", "40001"}  # deadlock, serialisation
CLASH_GUARDS = {"leads_no_duplicates", "leads_capacity_exceeded"}
MOST_STARTS = 5  # a file that kills its worker would do so every minute for ever
LOCK_CLASS = 7302

Progress = Callable[[LeadImport], None]


def run_import(
    import_id: UUID,
    *,
    on_progress: Progress | None = None,
    out_of_time: tuple[type[Exception], ...] = (),
) -> bool:
    """Do what is left of an import; False where another worker is at it, or it has ended.

    A file that cannot be used fails the import with the reason; so do the errors that the caller's clock
    raises (`out_of_time`), and a start after MOST_STARTS that came to no end. Raises OperationalError where
    the database is away (what is committed stays; run again), and any other error after marking the import
    as failed.
    """
    with _only_worker(import_id) as is_ours:
        one = LeadImport.objects.select_related("author_user").filter(pk=import_id).first()
        if not is_ours or one is None or one.status in (ImportStatus.COMPLETED, ImportStatus.FAILED):
            return False
        try:
            _count_start(one)
            _run(one, on_progress or _silently)
        except UnusableFile as error:
            _end(one, ImportStatus.FAILED, error=error.message)
        except out_of_time:
            _recover(one)
            _end(one, ImportStatus.FAILED, error=f"Took too long and was stopped {_where(one)}")
        except OperationalError:
            raise
        except Exception:
            _recover(one)
            _end(
                one,
                ImportStatus.FAILED,
                error=f"Stopped by an error of ours after row {one.last_row}; rows before are in.",
            )
            raise
    return True


def _count_start(one: LeadImport) -> None:
    """Before anything that could kill the worker. Raises UnusableFile where that happened too often."""
    if one.attempts >= MOST_STARTS:
        raise UnusableFile(
            f"Was started {one.attempts} times, and each time its worker was killed; given up {_where(one)}"
        )
    one.attempts += 1
    one.save(update_fields=["attempts"])


def _where(one: LeadImport) -> str:
    """The end of a sentence: how far an import came, and what to do now."""
    if one.is_dry_run:
        return f"after row {one.last_row}. Try the file in smaller parts, as CSV."
    return (
        f"after row {one.last_row}; rows before are in. Send the file again in smaller parts, as CSV: "
        "what is in already is refused as a duplicate."
    )


def _recover(one: LeadImport) -> None:
    """Stand on what is committed: an error in the middle of a statement leaves the connection without use."""
    if not connection.is_usable():
        connection.close()
    one.refresh_from_db(fields=PROGRESS)


def _run(one: LeadImport, on_progress: Progress) -> None:
    began = time.monotonic()
    with one.file.open("rb") as file, open_sheet(file) as sheet, _collector_at_ease():
        writer = ChunkWriter.begin(one, sheet)
        earlier = writer.report.seconds
        on_progress(one)
        last_row = one.last_row
        rows = itertools.dropwhile(lambda row: row[0] <= last_row, sheet.rows)
        for chunk, read in _read_ahead(rows, writer):
            writer.report.seconds = earlier + time.monotonic() - began
            _store(writer, chunk, read)
            on_progress(one)
    writer.report.seconds = earlier + time.monotonic() - began
    _finish(one, writer, sheet)
    on_progress(one)


def _store(writer: ChunkWriter, rows: list[Row], read: Reading) -> None:
    """One chunk, again where others got in the way; a row the database does not take is found and refused."""
    for attempt in itertools.count(1):
        try:
            writer.write(rows, read)
        except DatabaseError as error:
            writer.restore()
            read = writer.read(rows)  # the first reading was written into
            if _is_clash(error) and attempt < ATTEMPTS:
                logger.info("import chunk repeated", extra={"import": str(writer.one.pk), "attempt": attempt})
                continue
            if isinstance(error, OperationalError):
                raise
            if len(rows) == 1:
                writer.refuse(rows[0], f"The database does not take this row ({_named(error)}).")
                return
            middle = len(rows) // 2
            _store(writer, rows[:middle], read[:middle])
            _store(writer, rows[middle:], read[middle:])
        return


def _is_clash(error: DatabaseError) -> bool:
    diagnosis = getattr(error.__cause__, "diag", None)
    return diagnosis is not None and (
        diagnosis.sqlstate in CLASH_STATES or diagnosis.constraint_name in CLASH_GUARDS
    )


def _named(error: DatabaseError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or type(error).__name__)


def _finish(one: LeadImport, writer: ChunkWriter, sheet: Sheet) -> None:
    writer.desk.finish()
    write_refused_file(one, list(sheet.header))
    with transaction.atomic():
        one.refusals.all().delete()
        one.rows_total = one.rows_done
        one.report = writer.report.document()
        _end(one, ImportStatus.COMPLETED)


def _end(one: LeadImport, status: ImportStatus, *, error: str = "") -> None:
    one.status, one.error, one.finished_at = status, error, timezone.now()
    with transaction.atomic():
        one.save(update_fields=["status", "error", "finished_at", "rows_total", "report", "refused_file"])
        record_end(one)


def _read_ahead(rows: Iterator[Row], writer: ChunkWriter) -> Iterator[tuple[list[Row], Reading]]:
    """Chunks, the next one read by a thread while PostgreSQL works on this one."""

    def next_chunk() -> tuple[list[Row], Reading]:
        chunk = list(itertools.islice(rows, CHUNK))
        return chunk, writer.read(chunk)

    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool:
        ahead = pool.submit(next_chunk)
        while (chunk_and_reading := ahead.result())[0]:
            ahead = pool.submit(next_chunk)
            yield chunk_and_reading


@contextmanager
def _collector_at_ease() -> Iterator[None]:
    """A chunk makes some 100,000 objects that live as long as it: looking through them all the time for
    cycles would cost a sixth of the import.
    """
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _silently(one: LeadImport) -> None:
    """Nobody watches."""


@contextmanager
def _only_worker(import_id: UUID) -> Iterator[bool]:
    """Whether this connection alone works on the import; PostgreSQL lets go when the connection dies."""
    key = int.from_bytes(hashlib.sha256(import_id.bytes).digest()[:4], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, key])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, key])
