"""Routes of prices."""

from crm.core.api.routers import SlashOptionalRouter
from pricing.api.views import PricingViewSet, QuoteViewSet, VendorPriceViewSet

router = SlashOptionalRouter()
router.register("pricing", PricingViewSet, basename="pricing")
router.register("pricing/vendor", VendorPriceViewSet, basename="vendor-price")
router.register("pricing/quote", QuoteViewSet, basename="quote")

urlpatterns = router.urls
