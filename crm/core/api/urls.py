"""Routes of accounts and operations."""

from django.urls import URLPattern, URLResolver, re_path

from crm.core.api.accounts.passwords import ForgottenPasswordViewSet, PasswordViewSet
from crm.core.api.accounts.people import AcceptanceViewSet, AccountViewSet, InvitationViewSet
from crm.core.api.accounts.sessions import MeViewSet, SignInViewSet
from crm.core.api.health import HealthView
from crm.core.api.routers import SlashOptionalRouter

router = SlashOptionalRouter()
router.register("auth", SignInViewSet, basename="sign-in")
router.register("auth", MeViewSet, basename="own-account")
router.register("auth", ForgottenPasswordViewSet, basename="forgotten-password")
router.register("auth", PasswordViewSet, basename="password")
router.register("auth", AcceptanceViewSet, basename="acceptance")
router.register("auth/users", AccountViewSet, basename="account")
router.register("agents", InvitationViewSet, basename="invitation")

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^health/?$", HealthView.as_view(), name="health"),
    *router.urls,
]
