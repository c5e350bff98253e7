"""An import as a bulk operation, of the same id: seen among them, and undone like them. A dry run is none."""

from collections.abc import Mapping
from typing import Any

from crm.core.actors import Actor
from crm.core.choices import Source
from leads.choices import ImportStatus, OperationKind, OperationStatus
from leads.models import BulkOperation, LeadImport


def record_start(one: LeadImport, actor: Actor) -> None:
    """The operation is there from the moment the file is, before a worker begins."""
    if not one.is_dry_run:
        _create(one, {"request_id": actor.request_id})


def record_progress(one: LeadImport) -> None:
    """Rows read so far, in the chunk's own transaction. One statement; none for a dry run."""
    if not one.is_dry_run:
        _write(one, _counts(one))


def record_end(one: LeadImport) -> None:
    """How the import ended. One statement; none for a dry run."""
    if one.is_dry_run:
        return
    ended_well = one.status == ImportStatus.COMPLETED
    outcome = {
        "status": OperationStatus.COMPLETED if ended_well else OperationStatus.FAILED,
        "finished_at": one.finished_at,
        "report": {"error": one.error} if one.error else {},
    }
    _write(one, outcome | _counts(one))


def _write(one: LeadImport, told: Mapping[str, Any]) -> None:
    """A release before this one may have taken the file in, and made no operation of it: then it is made here.

    Nobody else makes it at the same time, since the caller's transaction holds the import's own row.
    """
    if not BulkOperation.objects.filter(pk=one.pk).update(**told):
        _create(one, told)


def _create(one: LeadImport, told: Mapping[str, Any]) -> None:
    begun = {
        "kind": OperationKind.IMPORT,
        "status": OperationStatus.RUNNING,
        "author": one.author,
        "author_user_id": one.author_user_id,
        "source": Source.IMPORT,
        "request": {"filename": one.filename, "agency": one.agency_id},
        "created_at": one.created_at,
    }
    BulkOperation.objects.create(pk=one.pk, **{**begun, **told})


def _counts(one: LeadImport) -> dict[str, int]:
    return {
        "requested_count": max(one.rows_total or 0, one.rows_done),
        "changed_count": one.created_count,
        "failed_count": one.refused_count,
    }
