"""The OpenAPI document's settings."""

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "MVA CRM",
    "DESCRIPTION": "Leads of motor vehicle accidents, from a vendor's post to a signed retainer.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AgencyStatusEnum": "agencies.choices.AgencyStatus",
        "AgentStatusEnum": ["active", "inactive"],
        "ComponentStateEnum": "crm.core.api.health.STATES",
        "AssignmentOutcomeEnum": "leads.api.bulk.serializers.ASSIGNMENT_OUTCOMES",
        "DegreeEnum": ["high", "medium", "low"],
        "DispositionEnum": "leads.choices.Disposition",
        "ImportStatusEnum": "leads.choices.ImportStatus",
        "OperationStatusEnum": "leads.choices.OperationStatus",
        "UpdateOutcomeEnum": "leads.api.bulk.serializers.UPDATE_OUTCOMES",
    },
    "PREPROCESSING_HOOKS": ["crm.core.api.schema.without_slashes"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crm.core.api.schema.with_errors",
    ],
}
