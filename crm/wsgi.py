"""HTTP, as WSGI: Django's sync path costs a third of its ASGI path (docs/decisions.md)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

application = get_wsgi_application()
