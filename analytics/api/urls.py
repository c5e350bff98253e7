"""The addresses of the numbers."""

from django.urls import re_path

from analytics.api.reports.views import ReportViewSet

urlpatterns = [
    re_path(r"^reports/summary/?$", ReportViewSet.as_view({"get": "summary"}), name="report-summary"),
    re_path(r"^reports/export/?$", ReportViewSet.as_view({"get": "export"}), name="report-export"),
]
