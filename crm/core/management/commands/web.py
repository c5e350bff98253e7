"""Serve HTTP and WebSocket on one port."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from crm.engines import programs


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (PORT)")
        parser.add_argument("--log-level", default="info")
        parser.add_argument("--workers", type=int, default=2, help="processes, each with its own threads")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = {name: options[name] for name in ("host", "port", "workers", "log_level")}
        raise SystemExit(programs.become(programs.web(**chosen)))
