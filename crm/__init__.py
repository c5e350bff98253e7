"""The composition root: settings, routes, servers. Celery's app is loaded with it, so that tasks find it."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
