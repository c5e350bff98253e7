"""Signing a transaction: the history triggers read who changes rows, how and why from here."""

import json
from uuid import UUID

from django.db import connection

from crm.core.actors import Actor


def sign(actor: Actor, *, action: str, reason: str = "", operation: UUID | None = None) -> None:
    """Sign every change of the current transaction; the signature ends with it.

    One statement (`set_config(..., is_local)`). A change without signature is recorded as `database`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("changes.sign() needs a transaction: the signature would be lost.")
    signature = {
        "actor": actor.label,
        "actor_id": actor.user_id,
        "source": actor.source.value,
        "request_id": actor.request_id,
        "action": action,
        "reason": reason,
        "operation": str(operation) if operation else None,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.change', %s, true)", [json.dumps(signature)])
