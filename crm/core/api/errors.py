"""One handler turns whatever was raised into the contract's error; no stack trace or SQL reaches a caller."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from psycopg.errors import QueryCanceled
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from crm.core.exceptions import DomainError, Unauthenticated
from crm.core.tokens import CHALLENGE

logger = logging.getLogger(__name__)

CODES: dict[type[Exception], str] = {
    exceptions.ValidationError: "validation_error",
    exceptions.ParseError: "validation_error",
    exceptions.NotAuthenticated: "authentication_required",
    exceptions.AuthenticationFailed: "authentication_required",
    exceptions.PermissionDenied: "permission_denied",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "rate_limited",
}
OWN_CODES = {"token_expired"}
BEFORE_COUNTING = exceptions.AuthenticationFailed | exceptions.NotAuthenticated | exceptions.PermissionDenied


def error_body(message: str, code: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of every error."""
    return {"error": message, "code": code, "details": dict(details or {})}


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's hook. What it does not know is logged with its trace and answered as a bare 500."""
    if isinstance(exc, DomainError):
        return _domain_response(exc)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound("There is no such record, or you may not see it.")
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, BEFORE_COUNTING):
        exc = _counted(exc, context)
    if isinstance(exc, OperationalError | RedisError):
        logger.error("a part is unavailable", extra={"kind": type(exc.__cause__ or exc).__name__})
        message = (
            "This took too long and was stopped. Ask for less: a narrower filter, a shorter period, fewer records."
            if isinstance(exc.__cause__, QueryCanceled)
            else f"The {'database' if isinstance(exc, OperationalError) else 'cache'} did not answer in time. "
            "Try again in a moment."
        )
        return Response(error_body(message, "unavailable"), status=503, headers={"Retry-After": "5"})
    response = drf_handler(exc, dict(context)) if isinstance(exc, exceptions.APIException) else None
    if response is None or not isinstance(exc, exceptions.APIException):
        logger.error("unhandled error", exc_info=exc)
        return Response(
            error_body(
                "Something went wrong here, not with your request. Quote the X-Request-ID to support.",
                "error",
            ),
            status=500,
        )
    return _contract_response(exc, response)


def _counted(exc: Exception, context: Mapping[str, Any]) -> Exception:
    """Who is turned away at the door has not been counted yet: guessing tokens and keys has its limit too."""
    view, request = context.get("view"), context.get("request")
    if view is None or request is None or hasattr(request._request, "rate_allowance"):
        return exc
    try:
        view.check_throttles(request)
    except exceptions.Throttled as throttled:
        return throttled
    return exc


def _domain_response(exc: DomainError) -> Response:
    response = Response(error_body(exc.message, exc.code, exc.details), status=exc.status)
    if exc.retry_after is not None:
        response["Retry-After"] = str(exc.retry_after)
    if isinstance(exc, Unauthenticated):
        response["WWW-Authenticate"] = CHALLENGE
    return response


def _contract_response(exc: exceptions.APIException, response: Response) -> Response:
    code = CODES.get(type(exc), "error")
    given = exc.get_codes()
    if isinstance(given, str) and given in OWN_CODES:
        code = given
    if isinstance(exc, exceptions.ValidationError):
        details = flat_details(exc.detail)
        response.data = error_body(_sentence(details), code, details)
    else:
        response.data = error_body(str(exc.detail), code)
    return response


def flat_details(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested validation errors as one flat mapping: `{"filters.conditions.0.field": ["…"]}`."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for name, value in detail.items():
            flat.update(flat_details(value, f"{path}.{name}" if path else str(name)))
        return flat
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        flat = {}
        for position, item in enumerate(detail):
            if item:
                flat.update(flat_details(item, f"{path}.{position}" if path else str(position)))
        return flat
    sentences = [str(item) for item in (detail if isinstance(detail, list) else [detail])]
    return {path or "body": sentences}


def _sentence(details: Mapping[str, list[str]]) -> str:
    name, sentences = next(iter(details.items()))
    more = f" ({len(details) - 1} more in details)" if len(details) > 1 else ""
    return f"{name}: {sentences[0]}{more}"


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """404 outside any view."""
    return JsonResponse(
        error_body("There is nothing at this address. See /api/docs.", "not_found"), status=404
    )


def server_error(request: HttpRequest) -> JsonResponse:
    """500 outside any view."""
    return JsonResponse(error_body("Something went wrong here, not with your request.", "error"), status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """400 outside any view."""
    return JsonResponse(error_body("The request cannot be read.", "validation_error"), status=400)
