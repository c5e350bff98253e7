"""Requests generated from the OpenAPI document: nothing breaks, and what answers is what is documented."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from pytest_django.live_server_helper import LiveServer
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from agencies.tests.factories import make_agency
from crm.core.choices import Role
from crm.core.services.sessions import Origin, open_session
from crm.core.tests.factories import make_user
from leads.tests.factories import make_lead

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ENDS_THE_SESSION = {"POST /api/auth/change-password"}
EVERYONE_MAY_SAY = {400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 429}


def test_generated_requests_are_answered_as_documented(live_server: LiveServer) -> None:
    make_lead(make_agency(code="RIDGELINE"))
    admin = make_user(role=Role.ADMIN)
    access = open_session(user=admin, origin=Origin()).access
    failures: list[str] = []
    for found in schemathesis.openapi.from_url(f"{live_server.url}/api/schema").get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr] # an invalid document fails here, as it should
        if operation.label in ENDS_THE_SESSION:
            continue
        try:
            probe(operation, access)
        except BaseExceptionGroup as group:
            failures.append(f"{operation.label}: {group.exceptions[0]}")
        except Exception as error:  # noqa: BLE001 - every operation is tried, all findings are shown together
            failures.append(f"{operation.label}: {error}")
    assert not failures, "\n\n".join(failures)


def probe(operation: Any, access: str) -> None:
    """Some generated requests to one operation, as an admin."""

    @settings(
        max_examples=15,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answered(case: Any) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {access}"})
        checks: list[Any] = [not_a_server_error]
        if answer.status_code not in EVERYONE_MAY_SAY:
            checks += [status_code_conformance, response_schema_conformance]
        case.validate_response(answer, checks=checks)
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error", "code", "details"}, answer.text

    answered()
