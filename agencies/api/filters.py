"""How lists of agencies are narrowed."""

from django.db.models import Q
from django_filters import CharFilter, ChoiceFilter

from agencies.choices import AgencyStatus
from agencies.models import Agency
from agencies.querysets import AgencyQuerySet
from crm.core.filtering import LeanFilterSet


class AgencyFilter(LeanFilterSet):
    """`?status=` and `?q=` over code and name."""

    status = ChoiceFilter(choices=AgencyStatus.choices)
    q = CharFilter(method="matching", max_length=200)

    class Meta:
        model = Agency
        fields = ["status", "q"]

    def matching(self, queryset: AgencyQuerySet, name: str, value: str) -> AgencyQuerySet:
        return queryset.filter(Q(code__icontains=value) | Q(name__icontains=value))
