"""HTTP, as WSGI: Django's sync path costs a third of its ASGI path (docs/decisions.md)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

os.environ["CRM_PROGRAM"] = "web"  # the settings give a web server's statements a time limit
application = get_wsgi_application()
del os.environ["CRM_PROGRAM"]
