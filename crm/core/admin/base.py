"""What every admin page here shares: counting that stops early, and forms that act through services."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, checkbox
from unfold.decorators import display
from unfold.views import ChangeList

from crm.core.actors import Actor
from crm.core.choices import Source
from crm.core.counting import count_up_to
from crm.core.exceptions import DomainError
from crm.core.models import User

NUL = "\0"  # no text in the database can hold it
action_toggle = ModelAdmin.action_checkbox.short_description
PAGES_REACH = 10_000  # rows: a page at offset n reads n rows first
EXACT_UP_TO = PAGES_REACH  # so that every page offered has rows, and none is missing


def person_of(request: HttpRequest) -> User:
    """Who is signed in; the admin lets nobody else get this far."""
    return cast("User", request.user)


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, for the services."""
    return person_of(request).actor(Source.ADMIN, getattr(request, "request_id", ""))


class CappedPaginator(Paginator):
    """Counts exactly up to a limit, estimates beyond it, and leads no further than `PAGES_REACH` rows."""

    template_name = "admin/capped_pagination.html"
    reach = PAGES_REACH

    @cached_property
    def counted(self) -> tuple[int, bool]:
        """The number of rows, and whether it is an estimate."""
        return count_up_to(cast("QuerySet[Any]", self.object_list), EXACT_UP_TO)

    @cached_property
    def count(self) -> int:
        return self.counted[0]

    @property
    def told(self) -> str:
        """The count in words."""
        return f"about {self.count:,}" if self.counted[1] else f"{self.count:,}"

    @cached_property
    def num_pages(self) -> int:
        reachable = max(1, -(-min(self.count, self.reach) // self.per_page))
        return int(reachable)


@cache
def row_checkbox() -> str:
    """The theme's checkbox of a row, rendered once: fifty a page are fifty templates otherwise."""
    return str(checkbox.render(ACTION_CHECKBOX_NAME, "{}"))


class CappedChangeList(ChangeList):
    """A list that is filtered by its own filters only, and does not count the whole table for its heading."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Without the values that no row has."""
        given = {
            name: [value for value in values if self._is_possible(name, value)]
            for name, values in super().get_filters_params(params).items()
        }
        return {name: values for name, values in given.items() if values}

    def _is_possible(self, name: str, value: str) -> bool:
        """Text holds no NUL; a field with choices has one of them."""
        if NUL in value:
            return False
        try:
            field = self.opts.get_field(name.removesuffix("__exact"))
        except FieldDoesNotExist:
            return True
        choices = {str(known) for known, _ in getattr(field, "flatchoices", ())}
        return not choices or value in choices

    def get_filters(self, request: HttpRequest) -> Any:
        """Django takes any lookup of any field, as of the first letters of a password's hash; no list here needs it."""
        filters, has_filters, rest, *more = super().get_filters(request)
        if rest:
            raise IncorrectLookupParameters(f"No filter is called {', '.join(rest)}.")
        return filters, has_filters, rest, *more

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class BaseAdmin(ModelAdmin):
    """A list that never counts a whole table to draw itself."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = True
    list_disable_select_all = True
    actions: Any = ()

    @display(description=action_toggle)
    def action_checkbox(self, obj: Model) -> SafeString:
        return format_html(row_checkbox(), obj.pk)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CappedChangeList]:
        return CappedChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return None if NUL in object_id else super().get_object(request, object_id, from_field)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if NUL in search_term:
            return queryset.none(), False
        return cast("tuple[QuerySet[Any], bool]", super().get_search_results(request, queryset, search_term))

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Selected rows that cannot be lead back to the list."""
        try:
            for given in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(given)
        except ValidationError:
            return None
        return cast("HttpResponse | None", super().response_action(request, queryset))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's "delete selected": deletions go one by one, through a page that asks."""
        found: dict[str, Any] = super().get_actions(request)
        found.pop("delete_selected", None)
        return found


class ReadOnlyAdmin(BaseAdmin):
    """Rows that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def show_refusal(form: forms.BaseForm, refusal: DomainError, names: Mapping[str, str] | None = None) -> None:
    """Put a service's refusal on the fields it names; `names` maps the service's names to the form's."""
    unplaced: list[str] = []
    is_placed = False
    for name, sentences in refusal.details.items():
        if not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
            continue
        field = (names or {}).get(name, name)
        if field in form.fields:
            form.add_error(field, sentences)
            is_placed = True
        elif refusal.status == 400:
            unplaced += [f"{name}: {sentence}" for sentence in sentences]
    if unplaced or not is_placed:
        form.add_error(None, cast("Any", unplaced or [refusal.message]))


def told_refusal(refusal: DomainError) -> str:
    """A service's refusal for a page without the fields it names: only the sentences."""
    if refusal.status != 400:
        return refusal.message
    lists = [sentences for sentences in refusal.details.values() if isinstance(sentences, list)]
    return " ".join(str(sentence) for sentences in lists for sentence in sentences) or refusal.message


class ServiceForm(forms.ModelForm):
    """A form whose rules are a service's: fields that parse are handed over once, refusals come back on them."""

    actor: Actor  # who acts; set by ServiceAdmin
    service_names: ClassVar[Mapping[str, str]] = {}

    def serve(self) -> Model:
        """Call the service with `cleaned_data`; what it returns is the form's instance."""
        raise NotImplementedError

    def changes(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """The fields that were changed in the form, with their new values."""
        changed = set(self.changed_data)
        return {name: self.cleaned_data[name] for name in names or self.fields if name in changed}

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            self.instance = self.serve()
        except DomainError as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: DomainError) -> None:
        """Show why the service said no."""
        show_refusal(self, refusal, self.service_names)

    def save(self, commit: bool = True) -> Any:
        """Nothing is left to save."""
        return self.instance

    def save_m2m(self) -> None:
        """Nor here."""


class ServiceAdmin(BaseAdmin):
    """Pages whose forms are `ServiceForm`s."""

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.actor = actor_of(request)  # a class made for this request
        return form

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """The service has."""

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the service refuses to delete stays, and the reason is told."""
        try:
            return cast("HttpResponse", super().delete_view(request, object_id, extra_context))
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect("../change/")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        """A form that is shown again has saved nothing, not even the part that was right."""
        response = super().render_change_form(request, context, **kwargs)
        if request.method == "POST":
            transaction.set_rollback(True)
        return cast("HttpResponse", response)
