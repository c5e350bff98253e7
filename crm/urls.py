"""Every address the program answers at."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerView

from crm.core.api.health import healthz, readyz
from crm.core.api.schema import schema
from crm.core.pages import accept_invite

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("accept-invite", accept_invite),
    path("healthz", healthz),
    path("readyz", readyz),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/business/", include("analytics.admin.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("crm.core.api.urls")),
    path("api/", include("agencies.api.urls")),
    path("api/", include("pricing.api.urls")),
    path("api/", include("leads.api.urls")),
    path("api/", include("analytics.api.urls")),
    re_path(r"^api/schema/?$", schema, name="schema"),
    re_path(r"^api/docs/?$", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]

handler400 = "crm.core.api.errors.bad_request"
handler404 = "crm.core.pages.not_found"
handler500 = "crm.core.api.errors.server_error"
