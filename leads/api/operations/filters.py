"""How the list of bulk operations is narrowed."""

from django_filters import CharFilter, ChoiceFilter

from crm.core.filtering import LeanFilterSet
from leads.choices import OperationKind, OperationStatus
from leads.models import BulkOperation


class OperationFilter(LeanFilterSet):
    """`?kind=`, `?status=` and `?author=`, the e-mail address (or the command's name) as the list shows it."""

    kind = ChoiceFilter(choices=OperationKind.choices)
    status = ChoiceFilter(choices=OperationStatus.choices)
    author = CharFilter(lookup_expr="iexact", max_length=254)

    class Meta:
        model = BulkOperation
        fields = ["kind", "status", "author"]
