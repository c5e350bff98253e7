"""`manage.py serve`: the whole service in one terminal, from an empty folder to a page that answers."""

import argparse
import os
import socket
from pathlib import Path

from crm.engines.addresses import data_dir
from crm.engines.console import Console
from crm.engines.locks import FileLock
from crm.engines.processes import EngineError
from crm.engines.service import Options, Service

LEFTOVER_SECONDS = 20.0
LEFTOVER = "waiting for what a killed run left behind"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    env = os.environ
    parser.add_argument("--host", default=env.get("HOST") or "127.0.0.1", help="address to listen on (HOST)")
    parser.add_argument(
        "--port", type=port, default=env.get("PORT") or "8000", help="port to listen on (PORT)"
    )
    parser.add_argument(
        "--leads",
        type=int,
        default=env.get("DEMO_LEADS") or "5000",
        help="demo leads on the first start (DEMO_LEADS)",
    )
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="no demo data and accounts")


def main(argv: list[str]) -> int:
    """Parse `argv` and serve; returns the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py serve", description=__doc__)
    add_arguments(parser)
    chosen = parser.parse_args(argv)
    return serve(Options(chosen.host, chosen.port, chosen.leads, chosen.demo))


def serve(options: Options) -> int:
    """Run the service until Ctrl-C (0) or until a part of it fails (not 0)."""
    console, folder = Console(), data_dir(os.environ)
    alone = FileLock(folder / "locks" / "serve")
    programs = FileLock(folder / "locks" / "programs")  # inherited: free again when the last program is gone
    try:
        _take(alone, folder)
        if not programs.acquire(seconds=LEFTOVER_SECONDS, on_wait=lambda: console.say(LEFTOVER)):
            raise EngineError(f"programs of a killed run do not end; they hold {programs.path}")
        _refuse_taken_port(options)
        return Service(options, console, folder, programs).run()
    except PermissionError as error:
        raise EngineError(f"{folder} is not ours to write in ({error}); choose another DATA_DIR") from error
    finally:
        programs.release()
        alone.release()


def _take(alone: FileLock, folder: Path) -> None:
    if not alone.acquire():
        holder = alone.path.read_text()
        raise EngineError(
            f"process {holder} serves from {folder} already: stop it, or choose another DATA_DIR and PORT"
        )
    alone.write(str(os.getpid()))


def _refuse_taken_port(options: Options) -> None:
    try:
        found = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
    except OSError as error:
        raise EngineError(
            f"cannot listen on {options.host}:{options.port} ({error.strerror}); choose another PORT or HOST"
        ) from None


def port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return number
