"""From whatever chooses leads, together or alone, to the leads: for lists, bulk work and exports."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import OperationalError
from psycopg.errors import QueryCanceled

from crm.core.actors import Actor
from leads.exceptions import SavedFilterUnfit, SearchTooSlow
from leads.models import Lead
from leads.querysets import LeadQuerySet
from leads.services.saved_filters import NO_CONDITION, use_filter
from leads.services.searching.reading import Reading, check, read_filters, read_query
from leads.services.searching.trees import Problems

Narrowing = Callable[[LeadQuerySet], LeadQuerySet]


def find_leads(
    actor: Actor, *, query: str = "", filters: Any = None, saved_filter: UUID | None = None
) -> LeadQuerySet:
    """The leads visible to the actor that all of these choose; nothing given chooses all.

    `filters` in either shape of `read_filters`. At most two statements for agencies and people named, three
    for a saved filter. Raises InvalidInput, SavedFilterUnfit.
    """
    readings = [read_query(query, actor=actor)]
    if filters is not None:
        readings.append(read_filters(filters, actor=actor))
    return _narrowing(readings, actor, saved_filter, "saved_filter")(Lead.objects.visible_to(actor))


def choice_of_leads(actor: Actor, *, filters: Any = None, saved_filter: UUID | None = None) -> Narrowing:
    """What narrows leads to those that filters and saved filter choose: for use now and again under locks.

    As `find_leads`, but filters that choose every lead are InvalidInput too.
    """
    reading = read_filters({} if filters is None else filters, actor=actor)
    if saved_filter is None and reading.is_empty:
        reading.problems.add("filters", NO_CONDITION)
    return _narrowing([reading], actor, saved_filter, "saved_filter")


def narrow_by_saved_filter(
    leads: LeadQuerySet, filter_id: UUID, *, actor: Actor, parameter: str
) -> LeadQuerySet:
    """Of these leads, those the saved filter chooses. Raises InvalidInput at `parameter`, SavedFilterUnfit."""
    return _narrowing([], actor, filter_id, parameter)(leads)


@contextmanager
def bounded_search() -> Iterator[None]:
    """A search that runs into the statement timeout is SearchTooSlow, which says how to narrow it."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise SearchTooSlow from None
        raise


def _narrowing(readings: list[Reading], actor: Actor, filter_id: UUID | None, parameter: str) -> Narrowing:
    saved = use_filter(filter_id, actor=actor, parameter=parameter) if filter_id else None
    stored = read_filters(saved.filters, actor=actor) if saved else Reading()
    asked = check([*readings, stored], actor)
    problems = Problems()
    for reading in readings:
        problems.update(reading.problems)
    problems.refuse()
    if saved and stored.problems:
        raise SavedFilterUnfit(saved.name, parameter, stored.problems.sentences())

    def narrow(leads: LeadQuerySet) -> LeadQuerySet:
        for reading in (*readings, stored):
            leads = reading.apply(leads, asked)
        return leads

    return narrow
