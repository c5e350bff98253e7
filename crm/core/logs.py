"""Logging: one JSON object a line (readable lines with LOG_FORMAT=console), each with its request's id."""

from typing import Any

import structlog


def logging_config(level: str, log_format: str) -> dict[str, Any]:
    """The LOGGING setting. Records of libraries and of this program come out alike."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False)
        if log_format == "console"
        else structlog.processors.JSONRenderer(default=str)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},  # 4xx are in the request line already
            "django.server": {"level": "WARNING"},
            "uvicorn.access": {"level": "WARNING"},
            "axes": {"level": "ERROR"},  # its warnings carry user names and addresses
            "celery": {"level": "WARNING"},
            "faker": {"level": "WARNING"},
        },
    }
