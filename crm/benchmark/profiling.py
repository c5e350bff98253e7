"""Where the processor's time goes in one operation: the WSGI application in this process, under cProfile."""

import cProfile
import io
import logging
import pstats
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.util import setup_testing_defaults

from crm.benchmark import statistics
from crm.benchmark.client import Request
from crm.benchmark.databases import connected_to
from crm.benchmark.operations import Operation
from crm.benchmark.servers import HOST
from crm.benchmark.world import World

WARM_UP = 5
LINES = 40


def profile(operation: Operation, world: World, *, repetitions: int) -> str:
    """The statements of one request, and a table of functions by the time spent in themselves."""
    profiler = cProfile.Profile()
    with connected_to(world.database.name), _silence():
        for number in range(repetitions + WARM_UP):
            request = operation.draw(world).ours
            if number >= WARM_UP:
                profiler.enable()
            _call(request)
            profiler.disable()
    told = io.StringIO()
    told.write(f"{operation.title}\n")
    if statistics.is_available(world.connection):
        told.writelines(f"{line}\n" for line in statistics.listing(operation, world))
    told.write(f"{repetitions} requests:")
    pstats.Stats(profiler, stream=told).sort_stats("tottime").print_stats(LINES)
    return told.getvalue()


@contextmanager
def _silence() -> Iterator[None]:
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _call(request: Request) -> None:
    from crm.wsgi import application

    path, _, query = request.path.partition("?")
    body = request.body or b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_HOST": HOST,
        "REMOTE_ADDR": HOST,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ["CONTENT_TYPE" if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    setup_testing_defaults(environ)
    answer = application(environ, lambda *_: lambda _: None)
    for _ in answer:
        pass
    close = getattr(answer, "close", None)
    if close:
        close()
