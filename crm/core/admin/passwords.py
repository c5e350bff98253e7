"""The page that gives somebody a new password."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldAdminPasswordWidget

from crm.core.admin.base import ServiceAdmin, actor_of, person_of, show_refusal
from crm.core.exceptions import DomainError
from crm.core.models import User
from crm.core.services.passwords import set_password


class PasswordForm(forms.Form):
    """A new password for somebody."""

    password = forms.CharField(
        label="New password",
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Ten characters or more, not a common one. All their sign-ins end.",
    )


class PasswordPage(ServiceAdmin):
    """Added to people's pages."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(sensitive_post_parameters()(self.password_view))
        own = [path("<int:user_id>/password/", view, name="core_user_password")]
        return own + list(super().get_urls())

    def password_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        if not person_of(request).is_superuser:
            raise PermissionDenied
        person = get_object_or_404(User, pk=user_id)
        form = PasswordForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                set_password(user=person, actor=actor_of(request), new_password=form.cleaned_data["password"])
            except DomainError as refusal:
                show_refusal(form, refusal, {"new_password": "password", "newPassword": "password"})
            else:
                self.message_user(request, f"{person} has a new password and must sign in again.")
                return redirect(reverse("admin:core_user_change", args=[person.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"New password for {person}",
            "form": form,
            "button": "Set password",
            "back": reverse("admin:core_user_change", args=[person.pk]),
        }
        return TemplateResponse(request, "admin/service_form.html", context)
