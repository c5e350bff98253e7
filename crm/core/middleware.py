"""What happens around every request: an id, a size limit, the business's clock in the admin."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("crm.request")

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
UPLOAD_PATHS = re.compile(r"^/(api/leads/import|api/leads/[^/]+/documents|admin/)")


class RequestIdMiddleware:
    """Echoes or makes `X-Request-ID` and logs each request once: no query string, no body, no token."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN_ID.fullmatch(given) else uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            if not request.path.startswith(settings.STATIC_URL):
                logger.info(
                    "request",
                    extra={
                        "method": request.method,
                        "path": request.path,
                        "status": response.status_code,
                        "ms": round((time.perf_counter() - started) * 1000, 1),
                    },
                )
        return response


class RateLimitHeadersMiddleware:
    """Shows the caller of the API what is left of its rate limit, with every answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        allowance = getattr(request, "rate_allowance", None)
        if allowance is not None:
            for name, value in allowance.headers.items():
                response[name] = value
        return response


class BodyLimitMiddleware:
    """Refuses a body over 1 MiB before reading it; uploads have a limit of their own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = settings.UPLOAD_BODY_LIMIT if UPLOAD_PATHS.match(request.path) else settings.API_BODY_LIMIT
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return JsonResponse(
                {
                    "error": f"The body is larger than {limit:,} bytes. Send less in one request, or use an import.",
                    "code": "payload_too_large",
                    "details": {},
                },
                status=413,
            )
        return self.get_response(request)


class BusinessTimeMiddleware:
    """Shows the admin's times in the business's zone; the API speaks UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        with timezone.override(self.zone):
            return self.get_response(request)
