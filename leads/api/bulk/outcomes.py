"""The outcomes of bulk work as the API shows them."""

from typing import Any
from uuid import UUID

from leads.services.bulk.assigning import BulkAssigned, Given
from leads.services.bulk.updating import BulkUpdated


def updated_document(done: BulkUpdated, *, named: int) -> dict[str, Any]:
    """The answer to bulk-update; `named` is how many ids were sent."""
    operation = done.operation
    return {
        "success": operation.failed_count < operation.requested_count,
        "operation_id": operation.pk,
        "updated_count": operation.changed_count,
        "unchanged_count": operation.unchanged_count,
        "failed_count": operation.failed_count,
        "repeated_count": named - operation.requested_count,
        "results": [_result(done, lead_id) for lead_id in operation.lead_ids],
    }


def _result(done: BulkUpdated, lead_id: UUID) -> dict[str, Any]:
    failure = done.failures.get(lead_id)
    if failure:
        return {"lead_id": lead_id, "status": "failed", "code": failure.code, "error": failure.message}
    return {"lead_id": lead_id, "status": "updated" if lead_id in done.updated else "unchanged"}


def assigned_document(done: BulkAssigned, *, named: int) -> dict[str, Any]:
    """The answer to bulk-assign; `named` is how many ids were sent."""
    operation = done.operation
    return {
        "success": operation.failed_count < operation.requested_count,
        "operation_id": operation.pk,
        "assignments": [_given(given) for given in done.given],
        "failures": [failure.document() for failure in done.failures],
        "unchanged_count": operation.unchanged_count,
        "repeated_count": named - operation.requested_count,
        "summary": {
            "total_leads": operation.requested_count,
            "successfully_assigned": len(done.given),
            "failed_assignments": operation.failed_count,
        },
    }


def _given(given: Given) -> dict[str, Any]:
    return {
        "lead_id": given.lead_id,
        "agent_email": given.agent,
        "previous_agent": given.previous_agent,
        "status": "assigned" if given.is_changed else "unchanged",
    }
