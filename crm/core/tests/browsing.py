"""The admin as a browser sees it."""

from django.test import Client

from crm.core.choices import Role
from crm.core.models import User
from crm.core.tests.factories import make_user


def browser_of(user: User) -> Client:
    """A browser in which `user` is signed in to the admin."""
    browser = Client()
    browser.force_login(user, backend="crm.core.backends.EmailOrUsernameBackend")
    return browser


def browser_as(role: Role) -> Client:
    """A browser of somebody new with this role."""
    return browser_of(make_user(role=role))
