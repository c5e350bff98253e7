"""What happens around every request: an id, a size limit, the business's clock in the admin."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from psycopg.errors import QueryCanceled

from crm.core.logs import route_of

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("crm.request")

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
BODILESS = ("GET", "HEAD", "OPTIONS", "TRACE")


class RequestIdMiddleware:
    """Echoes or makes `X-Request-ID` and logs each request once: its route, nobody's name, no query string."""

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
                        "path": route_of(request),
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
    """Refuses a body over 1 MiB before reading it; uploads have a limit of their own.

    A body whose length is not told is refused too: WSGI would hand on an empty one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.uploads = re.compile(settings.UPLOAD_PATHS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" in request.headers and request.method not in BODILESS:
            return refusal(411, "length_required", "Send the body in one piece, with its Content-Length.")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal()):
            return refusal(400, "validation_error", "Content-Length must be a whole number.")
        is_upload = self.uploads.fullmatch(request.path)
        limit = settings.UPLOAD_BODY_LIMIT if is_upload else settings.API_BODY_LIMIT
        if len(length) > len(str(limit)) + 1 or int(length) > limit:
            sentence = f"The body is larger than {limit:,} bytes. Send less in one request, or use an import."
            return refusal(413, "payload_too_large", sentence)
        return self.get_response(request)


def refusal(status: int, code: str, sentence: str) -> JsonResponse:
    """The contract's error, before any view."""
    return JsonResponse({"error": sentence, "code": code, "details": {}}, status=status)


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


class SlowPageMiddleware:
    """A page of the admin whose statement ran into the time limit says so, and how to ask for less."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        is_cancelled = isinstance(exception, OperationalError) and isinstance(
            exception.__cause__, QueryCanceled
        )
        if not is_cancelled or not request.path.startswith("/admin/"):
            return None
        logger.error("a statement was cancelled", extra={"path": route_of(request)})
        back = request.path if request.method == "GET" else ""
        return render(request, "too_slow.html", {"back": back}, status=503)
