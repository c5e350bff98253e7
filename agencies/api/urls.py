"""Routes of agencies."""

from agencies.api.views import CODE_IN_URL, AgencyViewSet, ApiKeyViewSet
from crm.core.api.routers import SlashOptionalRouter

router = SlashOptionalRouter()
router.register("agencies", AgencyViewSet, basename="agency")
router.register(f"agencies/(?P<code>{CODE_IN_URL})/api-keys", ApiKeyViewSet, basename="api-key")

urlpatterns = router.urls
