"""One keep-alive connection to one server."""

import http.client
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from crm.benchmark.floor import Work
from crm.benchmark.servers import HOST

TIMEOUT = 300.0
IDLE_SECONDS = 3.0  # uvicorn hangs up after five


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, ready to go."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters

    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def beginning(self) -> str:
        """As much as fits a line."""
        return self.body[:200].decode(errors="replace")


class Client:
    """Sends one request after the other."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
        self._used = 0.0

    def send(self, request: Request) -> Answer:
        if time.monotonic() > self._used + IDLE_SECONDS:
            self._connect()
        self._connection.request(request.method, request.path, request.body, dict(request.headers))
        response = self._connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, response.read(), headers)
        self._used = time.monotonic()
        return answer

    def close(self) -> None:
        self._connection.close()

    def _connect(self) -> None:
        self._connection.close()
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def get(path: str, params: Mapping[str, Any] | None = None) -> Request:
    return Request("GET", f"{path}?{urlencode(params, doseq=True)}" if params else path)


def send_json(method: str, path: str, document: Any) -> Request:
    return Request(method, path, json.dumps(document).encode(), {"Content-Type": "application/json"})


def floor_request(work: Work) -> Request:
    """The floor's work as a request to its server."""
    path = f"/{work.statement}"
    return send_json("POST", path, dict(work.params)) if work.is_write else get(path, work.params)
