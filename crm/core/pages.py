"""The pages outside the admin's own: where an invitation's link leads, and where there is nothing."""

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.core.api import errors
from crm.core.exceptions import InvalidInput
from crm.core.services.invitations import accept_invitation
from crm.core.text import MARKUP


class AcceptForm(forms.Form):
    """What the invited person adds."""

    token = forms.CharField(max_length=100, widget=forms.HiddenInput)
    first_name = forms.CharField(max_length=100, required=False)
    last_name = forms.CharField(max_length=100, required=False)
    password = forms.CharField(
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )

    def clean_first_name(self) -> str:
        return self._plain("first_name")

    def clean_last_name(self) -> str:
        return self._plain("last_name")

    def _plain(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        if MARKUP.search(text):
            raise forms.ValidationError("Holds markup; write plain text.")
        return text


@never_cache
@sensitive_post_parameters("password", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invite(request: HttpRequest) -> HttpResponse:
    """Shows the form, and opens the account."""
    if request.method != "POST":
        return render(
            request, "accept_invite.html", {"form": AcceptForm(initial={"token": request.GET.get("token")})}
        )
    form = AcceptForm(request.POST)
    if form.is_valid():
        try:
            user = accept_invitation(**form.cleaned_data)
        except InvalidInput as error:
            for field, sentences in error.details.items():
                form.add_error(field if field in form.fields else None, sentences)
        else:
            return render(request, "accept_invite.html", {"account": user}, status=201)
    return render(request, "accept_invite.html", {"form": form}, status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 outside any view: a page for the admin's people, the contract's error for programs."""
    if request.path.startswith("/admin/"):
        return render(request, "not_found.html", status=404)
    return errors.not_found(request, exception)
