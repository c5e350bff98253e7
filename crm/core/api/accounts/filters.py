"""Filters of the list of accounts."""

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from crm.core.choices import Role
from crm.core.models import User


class UserFilter(filters.FilterSet):
    """`?role=agent&is_active=true&q=smith`."""

    role = filters.ChoiceFilter(choices=Role.choices)
    is_active = filters.BooleanFilter()
    q = filters.CharFilter(method="filter_text", help_text="Part of a name, user name or e-mail address.")

    class Meta:
        model = User
        fields = ["role", "is_active"]

    def filter_text(self, people: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        columns = ("username", "email", "first_name", "last_name")
        matches = Q()
        for column in columns:
            matches |= Q(**{f"{column}__icontains": value})
        return people.filter(matches)
