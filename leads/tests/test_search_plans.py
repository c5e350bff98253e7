"""Search stays fast: each run is planned for the words asked for, the hundredth too."""

import psycopg
import pytest
from django.db import connection

from agencies.tests.factories import make_agency
from crm.core.actors import Actor
from crm.core.choices import Role
from crm.core.counting import count_up_to
from crm.core.tests.factories import make_user, signed_in
from leads.choices import SuggestionKind
from leads.models import Lead, LeadSearch
from leads.selectors import suggestions
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db

LEADS = 4_000
RUNS = 100
PAGE = "/api/leads?q=zbigniew"


@pytest.fixture
def many_leads() -> None:
    """So many that a walk over all of them can look cheap to the planner."""
    fill(LEADS)


@pytest.fixture
def some_leads() -> None:
    fill(LEADS // 8)


def fill(number: int) -> None:
    """So many that hold "smith", and the oldest one of all, which alone holds "zbigniew"."""
    agency = make_agency(code="PLANS")
    make_lead(agency, first_name="Zbigniew", created_at="2026-01-01T00:00Z")
    Lead.objects.bulk_create(
        [Lead(agency=agency, last_name="Smith", email=f"s{one}@example.com") for one in range(number)]
    )
    with connection.cursor() as cursor:  # as autovacuum leaves them
        cursor.execute(
            "SELECT gin_clean_pending_list('leads_search_trigram'), gin_clean_pending_list('leads_search_notes')"
        )
        cursor.execute("ANALYZE leads_lead, leads_leadsearch")


def rows_read(table: str = "leads_leadsearch") -> int:
    """How many rows of a table this transaction has read by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s", [table]
        )
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("many_leads")
def test_after_a_hundred_runs_a_rare_word_is_still_read_off_its_index() -> None:
    manager = signed_in(make_user(role=Role.MANAGER))
    before = rows_read()
    for _ in range(RUNS):
        assert manager.get(PAGE).json()["pagination"]["total"] == 1
    assert rows_read() - before <= 10 * RUNS  # a few of them the planner's, who looks at both ends
    assert "leads_leadsearch" not in prepared_statements()


def prepared_statements() -> str:
    """What this connection keeps ready on the server, whoever prepared it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(string_agg(statement, ';'), '') FROM pg_prepared_statements")
        return str(cursor.fetchone()[0])


@pytest.mark.usefixtures("many_leads")
def test_the_trap_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same search, prepared and planned for any word, walks over all leads: rows_read() sees it."""
    leads = Lead.objects.matching("zbigniew")
    created, key = leads.keyset_columns("created_at")
    sql, params = leads.order_by(f"-{created}", f"-{key}")[:2].query.sql_with_params()
    before = rows_read()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    monkeypatch.setattr(connection.connection, "prepare_threshold", 0)  # Django's own is never
    with psycopg.Cursor(connection.connection) as cursor:
        assert len(cursor.execute(sql, params, prepare=True).fetchall()) == 1
    assert rows_read() - before >= LEADS
    assert "leads_leadsearch" in prepared_statements()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


@pytest.mark.usefixtures("some_leads")
def test_a_common_word_is_read_no_further_than_the_page() -> None:
    before = rows_read()
    leads = Lead.objects.matching("smith")
    created, key = leads.keyset_columns("created_at")
    assert len(leads.order_by(f"-{created}", f"-{key}")[:51]) == 51
    assert rows_read() - before <= 2 * 51
    assert len(suggestions("smi", actor=Actor.system("test"), kinds=list(SuggestionKind), limit=10)) == 10
    assert rows_read() - before <= 2 * (51 + 100)


@pytest.mark.usefixtures("some_leads")
def test_pages_of_a_search_lose_and_repeat_nothing() -> None:
    manager = signed_in(make_user(role=Role.MANAGER))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = manager.get(f"/api/leads?q=smith&limit=200{cursor and '&cursor=' + cursor}").json()
        seen += [lead["lead_id"] for lead in page["data"]]
        cursor = page["pagination"]["cursor"]
    assert seen == [str(pk) for pk in Lead.objects.filter(last_name="Smith").values_list("pk", flat=True)]


def test_what_a_search_alone_finds_is_counted_in_the_search_table() -> None:
    for number in range(3):
        make_lead(last_name="Smith", priority="high" if number else "low")
    found = Lead.objects.matching("smith")
    assert found.countable().model is LeadSearch
    assert count_up_to(found, 10_000) == (3, False)
    for narrowed in (found.filter(priority="high"), Lead.objects.filter(priority="high").matching("smith")):
        assert narrowed.countable().model is Lead
        assert count_up_to(narrowed, 10_000) == (2, False)
    assert Lead.objects.all().countable().model is Lead
    agent = make_user(role=Role.AGENT).actor(Actor.system("test").source)
    assert count_up_to(Lead.objects.visible_to(agent).matching("smith"), 10_000) == (0, False)


def test_a_words_own_frequency_reaches_the_planner() -> None:
    """Folding is immutable to the planner: it must be a constant in the plan, not a call for each row."""
    sql, params = Lead.objects.matching("José").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT TEXT) {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "'%jose%'" in plan
    assert "unaccent" not in plan
    assert "leads_folded" not in plan
