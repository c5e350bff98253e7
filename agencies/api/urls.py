"""Routes of agencies' keys. Those of the agencies themselves are in analytics.api.urls: their reads show numbers."""

from agencies.api.views import CODE_IN_URL, ApiKeyViewSet
from crm.core.api.routers import SlashOptionalRouter

router = SlashOptionalRouter()
router.register(f"agencies/(?P<code>{CODE_IN_URL})/api-keys", ApiKeyViewSet, basename="api-key")

urlpatterns = router.urls
