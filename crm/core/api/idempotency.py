"""`Idempotency-Key` for viewset methods."""

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.renderers import OrjsonRenderer
from crm.core.api.requests import actor_of
from crm.core.idempotency import Answer, answer_once

Handler = Callable[..., Response]
MAX_KEY_LENGTH = 255


def idempotent(handler: Handler) -> Handler:
    """The same key and body answers what it answered first, errors included; server errors are not kept."""

    @functools.wraps(handler)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not key.isprintable() or not 1 <= len(key) <= MAX_KEY_LENGTH:
            raise ValidationError(
                {"Idempotency-Key": [f"Must be 1 to {MAX_KEY_LENGTH} printable characters."]}
            )
        answer, repeated = answer_once(
            caller=_caller(request),
            key=key,
            fingerprint=_fingerprint(request),
            act=lambda: _act(view, handler, request, *args, **kwargs),
        )
        headers = {"Idempotent-Replay": "true"} if repeated else {}
        if answer.location:
            headers["Location"] = answer.location
        return Response(answer.body, status=answer.status, headers=headers)

    return once


def _act(view: Any, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> Answer:
    try:
        with transaction.atomic():
            response = handler(view, request, *args, **kwargs)
    except Exception as error:
        response = view.handle_exception(error)
        if response.status_code >= 500:
            raise
    body = orjson.loads(OrjsonRenderer().render(response.data))
    return Answer(response.status_code, body, response.get("Location", ""))


def _caller(request: Request) -> str:
    actor = actor_of(request)
    return f"user {actor.user_id}" if actor.user_id else actor.label


def _fingerprint(request: Request) -> str:
    """By the standard library's JSON: orjson knows no number over 64 bits. Keyed: a body may hold a password."""
    data = request.data
    told = dict(data.lists()) if isinstance(data, QueryDict) else data
    try:
        body = json.dumps(told, sort_keys=True, default=_told)
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None
    target = f"{request.method} {request.path}?{request.META.get('QUERY_STRING', '')}"
    return salted_hmac("crm.core.idempotency", f"{target}\n{body}", algorithm="sha256").hexdigest()


def _told(value: Any) -> Any:
    """An uploaded file is what it holds, not only its name."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]
