"""Routes of accounts and operations."""

from django.urls import URLPattern, URLResolver

from crm.core.api.routers import SlashOptionalRouter

router = SlashOptionalRouter()

urlpatterns: list[URLPattern | URLResolver] = [*router.urls]
