"""Answers a browser may keep for a moment."""

import functools
from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

Handler = Callable[..., Response]
MAX_AGE = 30  # seconds


def privately_cached(handler: Handler) -> Handler:
    """`Cache-Control: private, max-age=30`; ConditionalGetMiddleware adds the ETag and answers 304."""

    @functools.wraps(handler)
    def cached(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = handler(view, request, *args, **kwargs)
        response["Cache-Control"] = f"private, max-age={MAX_AGE}"
        return response

    return cached
