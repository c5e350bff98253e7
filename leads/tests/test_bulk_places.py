"""Of many moves between agents, those that there is room for."""

from collections import Counter
from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from crm.core.ids import uuid7
from leads.services.bulk.places import Move, refused_moves

AGENTS = range(4)
maybe_agents = st.none() | st.sampled_from(AGENTS)
moves_between_agents = st.lists(st.builds(Move, st.builds(uuid7), maybe_agents, maybe_agents), max_size=30)
rooms = st.fixed_dictionaries({agent: st.integers(-2, 4) for agent in AGENTS})


def overfull(moves: Iterable[Move], room: Mapping[int, int]) -> set[int]:
    """The agents that the database would refuse: they gain, and more than they have room for."""
    gained: Counter[int] = Counter()
    for move in moves:
        if move.takes is not None:
            gained[move.takes] += 1
        if move.gives_back is not None:
            gained[move.gives_back] -= 1
    return {agent for agent, number in gained.items() if number > max(room[agent], 0)}


def lead(gives_back: int | None, takes: int | None) -> Move:
    return Move(uuid7(), gives_back, takes)


@given(moves_between_agents, rooms)
def test_what_is_left_fits(moves: list[Move], room: dict[int, int]) -> None:
    refused = refused_moves(moves, room)
    assert not overfull([move for move in moves if move.lead_id not in refused], room)


@given(moves_between_agents, rooms)
def test_no_refused_move_would_have_fitted_too(moves: list[Move], room: dict[int, int]) -> None:
    refused = refused_moves(moves, room)
    left = [move for move in moves if move.lead_id not in refused]
    for move in moves:
        if move.lead_id in refused:
            assert overfull([*left, move], room)


@given(moves_between_agents, rooms)
def test_of_an_agents_new_leads_the_last_are_refused(moves: list[Move], room: dict[int, int]) -> None:
    refused = refused_moves(moves, room)
    for agent in AGENTS:
        came = [move.lead_id in refused for move in moves if move.takes == agent != move.gives_back]
        assert came == sorted(came)


@given(moves_between_agents, st.fixed_dictionaries({agent: st.just(30) for agent in AGENTS}))
def test_nothing_is_refused_where_there_is_room_for_all(moves: list[Move], room: dict[int, int]) -> None:
    assert refused_moves(moves, room) == set()


def test_full_agents_may_swap_leads() -> None:
    assert refused_moves([lead(0, 1), lead(1, 0)], {0: 0, 1: 0}) == set()


def test_who_is_above_the_maximum_may_lose_leads_and_gain_none() -> None:
    away, there = lead(0, None), lead(None, 0)
    assert refused_moves([away], {0: -3}) == set()
    assert refused_moves([there], {0: -3}) == {there.lead_id}
    assert refused_moves([away, there], {0: -3}) == set()  # the agent gains nothing by the two


def test_a_refused_lead_keeps_its_place_and_so_refuses_another() -> None:
    """One would leave agent 0 for the full agent 1; the place it keeps was what another counted on."""
    leaves, follows, last = lead(0, 1), lead(2, 0), lead(None, 2)
    room = {0: 0, 1: 0, 2: 0}
    assert refused_moves([leaves, follows, last], room) == {leaves.lead_id, follows.lead_id, last.lead_id}
    assert refused_moves([leaves, follows, last], {**room, 1: 1}) == set()


def test_a_lead_that_keeps_its_agent_takes_no_new_place() -> None:
    assert refused_moves([lead(0, 0)], {0: -1}) == set()
