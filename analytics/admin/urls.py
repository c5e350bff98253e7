"""The pages of the admin that belong to no table."""

from django.contrib import admin
from django.urls import path

from analytics.admin.business.pages import business, export

urlpatterns = [
    path("", admin.site.admin_view(business), name="business"),
    path("export/<str:format>/", admin.site.admin_view(export), name="business-export"),
]
