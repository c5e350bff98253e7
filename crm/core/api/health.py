"""Is it well? For people and probes: open to all, without secrets, never throttled."""

import logging
import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from crm.core import heartbeat
from crm.core.api.errors import error_body

logger = logging.getLogger(__name__)
STARTED = time.monotonic()
STATES = ("up", "down")


class SilentWorkerError(Exception):
    """No scheduled job has run lately."""


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_cache() -> None:
    cache.get("health")


def check_broker() -> None:
    with current_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)


def check_storage() -> None:
    default_storage.exists("health")


def check_worker() -> None:
    if not heartbeat.is_alive():
        raise SilentWorkerError


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "cache": check_cache,
    "broker": check_broker,
    "storage": check_storage,
    "worker": check_worker,
}


def state_of(component: str) -> str:
    """`up` or `down`; why it is down is in the log and not in the answer."""
    try:
        CHECKS[component]()
    except Exception as error:  # noqa: BLE001 - whatever a component raises, it is down
        logger.warning("component down", extra={"component": component, "kind": type(error).__name__})
        return "down"
    return "up"


def state_of_all(components: dict[str, str]) -> str:
    """Without the database nobody can work; without the rest some of it waits."""
    if components["database"] == "down":
        return "down"
    return "healthy" if set(components.values()) == {"up"} else "degraded"


class ComponentsSerializer(serializers.Serializer[Any]):
    """The parts."""

    database = serializers.ChoiceField(choices=STATES)
    cache = serializers.ChoiceField(choices=STATES)
    broker = serializers.ChoiceField(choices=STATES)
    storage = serializers.ChoiceField(choices=STATES)
    worker = serializers.ChoiceField(choices=STATES)


class HealthSerializer(serializers.Serializer[Any]):
    """The whole."""

    status = serializers.ChoiceField(choices=("healthy", "degraded", "down"))
    components = ComponentsSerializer()
    version = serializers.CharField()
    uptime = serializers.IntegerField(help_text="Seconds since this process started.")


class HealthView(APIView):
    """`degraded`: people can work, something in the background cannot. `down`: 503."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]
    throttle_classes: list[type[BaseThrottle]] = []

    @extend_schema(
        summary="Is the service well", responses={200: HealthSerializer, 503: HealthSerializer}, auth=[]
    )
    def get(self, request: Request) -> Response:
        components = {name: state_of(name) for name in CHECKS}
        status = state_of_all(components)
        body = {
            "status": status,
            "components": components,
            "version": settings.VERSION,
            "uptime": int(time.monotonic() - STARTED),
        }
        return Response(body, status=503 if status == "down" else 200, headers={"Cache-Control": "no-store"})


def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process answers; asks nobody else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests should be sent here."""
    if state_of("database") == "down":  # all else may be missing for a while
        return JsonResponse(error_body("Not ready: the database is down.", "unavailable"), status=503)
    return JsonResponse({"status": "ready"})
