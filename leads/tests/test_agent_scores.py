"""The performance score: its shape, and what the database feeds it with."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from crm.core.choices import Role
from crm.core.models import User
from crm.core.tests.factories import make_user
from leads.choices import Disposition
from leads.models import Lead
from leads.selectors import AgentFigures, agent_figures
from leads.tests.factories import make_lead

MINUTES = st.floats(0, 10_000)


@st.composite
def figures(draw: st.DrawFn) -> AgentFigures:
    handled = draw(st.integers(1, 2_000))
    responses = draw(st.integers(0, handled))
    return AgentFigures(
        handled=handled,
        converted=draw(st.integers(0, handled)),
        expected=draw(st.floats(0, handled)),
        responses=responses,
        response_minutes=draw(MINUTES) if responses else None,
        team_minutes=draw(MINUTES),
    )


def changed(done: AgentFigures, **fields: object) -> AgentFigures:
    return replace(done, **fields)  # type: ignore[arg-type]


def score(done: AgentFigures) -> float:
    assert done.performance_score is not None
    return done.performance_score


@given(figures())
def test_it_lies_between_0_and_100_inside_its_interval(done: AgentFigures) -> None:
    assert done.performance_interval is not None
    low, high = done.performance_interval
    assert 0 <= low <= score(done) <= high <= 100


@given(figures(), st.integers(1, 100))
def test_more_conversions_never_lower_it(done: AgentFigures, more: int) -> None:
    assert score(changed(done, converted=done.converted + more)) >= score(done)


@given(figures(), st.floats(0, 100))
def test_better_leads_never_raise_it(done: AgentFigures, more: float) -> None:
    assert score(changed(done, expected=done.expected + more)) <= score(done)


@given(figures(), MINUTES, MINUTES)
def test_a_faster_response_never_lowers_it(done: AgentFigures, one: float, other: float) -> None:
    done = changed(done, responses=max(done.responses, 1))
    faster, slower = (changed(done, response_minutes=minutes) for minutes in sorted((one, other)))
    assert score(faster) >= score(slower)


@given(st.floats(0, 1), st.booleans(), MINUTES, MINUTES)
def test_one_lead_moves_it_little(chance: float, is_won: bool, own: float, team: float) -> None:
    done = AgentFigures(1, int(is_won), chance, 1, own, team)
    assert 42 <= score(done) <= 58


@given(st.integers(0, 500), MINUTES, st.integers(0, 500))
def test_an_agent_like_the_team_stands_at_50(converted: int, minutes: float, responses: int) -> None:
    assert score(AgentFigures(1_000, converted, float(converted), responses, minutes, minutes)) == 50


@given(figures(), st.integers(2, 20))
def test_more_of_the_same_makes_it_surer(done: AgentFigures, times: int) -> None:
    more = changed(done, converted=done.converted * times, expected=done.expected * times)

    def spread(one: AgentFigures) -> float:
        low, high = one.performance_interval or (0, 0)
        return high / (100 - high) / (low / (100 - low)) if low > 1 and high < 99 else float("inf")

    if spread(more) < float("inf") and spread(done) < float("inf"):
        assert spread(more) <= spread(done) * 1.1  # both are rounded to one decimal


def test_without_leads_there_is_none() -> None:
    assert AgentFigures().performance_score is None
    assert AgentFigures().performance_interval is None


def test_twice_the_team_is_67_and_half_of_it_33() -> None:
    assert score(AgentFigures(10_000, 2_000, 1_000.0)) == pytest.approx(66.6, abs=0.2)
    assert score(AgentFigures(10_000, 500, 1_000.0)) == pytest.approx(33.4, abs=0.2)


def test_the_fastest_gain_no_more_than_a_fifth_of_the_conversions() -> None:
    slow, fast = (AgentFigures(10_000, 1_000, 1_000.0, 10_000, own, 60.0) for own in (600.0, 6.0))
    assert (score(slow), score(fast)) == (44.5, 54.5)  # 0.8 and 1.2 times the team


def held_for(agent: User, *, days: float, quality: int = 5, is_won: bool = False, number: int = 1) -> None:
    """Leads created before the last 60 days, assigned `days` ago."""
    now = timezone.now()
    for _ in range(number):
        lead = make_lead(assigned_agent=agent)
        Lead.objects.filter(pk=lead.pk).update(
            created_at=now - timedelta(days=60),
            assigned_at=now - timedelta(days=days),
            quality_score=quality,
            closed_date=now if is_won else None,
        )


def figures_now() -> dict[int, AgentFigures]:
    return agent_figures(timezone.now())


@pytest.mark.django_db
class TestFigures:
    def test_expected_is_the_teams_rate_for_leads_of_this_quality(self) -> None:
        of_good_leads, of_bad_leads = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
        for agent in (of_good_leads, of_bad_leads):
            held_for(agent, days=30, quality=9, is_won=True, number=1)
        held_for(of_good_leads, days=30, quality=9, number=4)
        held_for(of_bad_leads, days=30, quality=2, number=4)
        found = figures_now()
        assert found[of_good_leads.pk].expected == pytest.approx(5 * 2 / 6)
        assert found[of_bad_leads.pk].expected == pytest.approx(2 / 6)
        assert score(found[of_bad_leads.pk]) > score(found[of_good_leads.pk])

    def test_young_leads_are_not_expected_to_be_won_yet(self) -> None:
        veteran, newcomer = make_user(role=Role.AGENT), make_user(role=Role.AGENT)
        held_for(veteran, days=40, is_won=True, number=5)
        held_for(veteran, days=40, number=5)
        held_for(newcomer, days=2, number=10)
        found = figures_now()
        assert (found[newcomer.pk].expected, found[newcomer.pk].performance_score) == (0, 50)

    def test_what_all_expect_together_is_what_all_have_won(self) -> None:
        agents = [make_user(role=Role.AGENT) for _ in range(3)]
        for position, agent in enumerate(agents):
            held_for(agent, days=position * 20 + 1, quality=position + 3, is_won=True, number=position)
            held_for(agent, days=10, quality=4, number=2)
        found = figures_now().values()
        assert sum(done.expected for done in found) == pytest.approx(sum(done.converted for done in found))

    def test_response_times_are_medians_own_and_of_the_team(self) -> None:
        quick, slow, silent = (make_user(role=Role.AGENT) for _ in range(3))
        contact(quick, minutes=[1, 2, 600])
        contact(slow, minutes=[50, 70])
        held_for(silent, days=3)
        found = figures_now()
        assert [found[agent.pk].response_minutes for agent in (quick, slow, silent)] == [2.0, 60.0, None]
        assert [found[agent.pk].responses for agent in (quick, slow, silent)] == [3, 2, 0]
        assert {done.team_minutes for done in found.values()} == {50.0}

    def test_contacts_before_the_assignment_are_somebody_elses(self) -> None:
        agent = make_user(role=Role.AGENT)
        contact(agent, minutes=[-30, 10])
        assert figures_now()[agent.pk].response_minutes == 10.0

    def test_leads_older_than_the_period_and_those_in_the_pool_do_not_count(self) -> None:
        agent = make_user(role=Role.AGENT)
        make_lead()
        make_lead(assigned_agent=agent, created_at=timezone.now() - timedelta(days=91))
        assert figures_now() == {}


def contact(agent: User, *, minutes: list[int]) -> None:
    assigned: datetime = timezone.now() - timedelta(days=1)
    for delay in minutes:
        make_lead(
            assigned_agent=agent,
            assigned_at=assigned,
            first_contact_at=assigned + timedelta(minutes=delay),
            disposition=Disposition.CONTACTED,
        )
