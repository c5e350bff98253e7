"""The admin's sign-in. Not in the admin package: the site itself needs it, before anything registers there."""

from typing import Any

from unfold.forms import AuthenticationForm

from crm.core.lockout import giving_back


class SignInForm(AuthenticationForm):  # type: ignore[misc]  # the theme ships no types
    """Says that either name will do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name or e-mail address"

    def clean(self) -> dict[str, Any]:
        with giving_back(self.request):
            cleaned: dict[str, Any] = super().clean()
            return cleaned
