"""The order in which agents are next."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from leads.choices import AssignmentStrategy
from leads.services.bulk.strategies import Queue, Seat, rank_of

AUTOMATIC = [strategy for strategy in AssignmentStrategy if strategy != AssignmentStrategy.MANUAL]
strategies = st.sampled_from(AUTOMATIC)
seats = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0, 100)), min_size=1, max_size=6
).map(
    lambda rows: [
        Seat(number, f"{number}@example.com", held, most, turn=number, score=score)
        for number, (held, most, score) in enumerate(rows, start=1)
    ]
)
places_given_back = st.lists(st.none() | st.integers(1, 6), max_size=40)


def give(queue: Queue, number: int) -> list[int]:
    """The agents of the next leads."""
    given_to = [queue.choose() for _ in range(number)]
    return [chosen[0].agent_id for chosen in given_to if chosen]


@given(seats, strategies, places_given_back)
def test_nobody_is_filled_above_the_maximum_and_no_place_is_left_out(
    agents: list[Seat], strategy: AssignmentStrategy, leaving: list[int | None]
) -> None:
    """Between the leads given, somebody's other leads leave; a reckoning by hand runs beside it."""
    room = {seat.agent_id: seat.most - seat.held for seat in agents}
    queue = Queue(agents, rank_of(strategy))
    for left in leaving:
        if left in room:
            queue.shift(left, -1)
            room[left] += 1
        chosen = queue.choose()
        assert (chosen is not None) == any(places > 0 for places in room.values())
        if chosen:
            assert room[chosen[0].agent_id] > 0
            room[chosen[0].agent_id] -= 1


@given(st.integers(1, 6), st.integers(0, 40))
def test_round_robin_serves_all_the_same(agents: int, leads: int) -> None:
    people = [Seat(number, "", 0, 100) for number in range(agents)]
    served = Counter(give(Queue(people, rank_of(AssignmentStrategy.ROUND_ROBIN)), leads))
    counts = [served[seat.agent_id] for seat in people]
    assert max(counts) - min(counts) <= 1


@given(st.lists(st.integers(5, 100), min_size=1, max_size=5), st.integers(0, 100))
def test_shares_are_as_the_performance_scores(scores: list[int], leads: int) -> None:
    people = [Seat(number, "", 0, 1_000, score=score) for number, score in enumerate(scores)]
    served = Counter(give(Queue(people, rank_of(AssignmentStrategy.PERFORMANCE)), leads))
    for seat in people:
        share = leads * seat.score / sum(scores)
        assert abs(served[seat.agent_id] - share) < max(len(scores), 2)


def test_the_best_performing_begins() -> None:
    people = [Seat(1, "", 0, 9, score=40), Seat(2, "", 0, 9, score=90)]
    assert give(Queue(people, rank_of(AssignmentStrategy.PERFORMANCE)), 3) == [2, 2, 1]


def test_who_was_full_for_a_while_does_not_catch_up() -> None:
    people = [Seat(1, "", 0, 100, score=50), Seat(2, "", 9, 9, score=50)]
    queue = Queue(people, rank_of(AssignmentStrategy.PERFORMANCE))
    assert give(queue, 20) == [1] * 20
    queue.shift(2, -9)
    assert give(queue, 10).count(2) in (5, 6)


def test_among_equals_the_lower_draw_is_next() -> None:
    for strategy in AUTOMATIC:
        people = [Seat(number, "", 0, 9, draw=draw) for number, draw in ((1, 0.9), (2, 0.1), (3, 0.5))]
        assert give(Queue(people, rank_of(strategy)), 3) == [2, 3, 1]


def test_turns_go_on_from_the_last() -> None:
    people = [Seat(1, "", 0, 9, turn=7), Seat(2, "", 0, 9, turn=4)]
    assert give(Queue(people, rank_of(AssignmentStrategy.ROUND_ROBIN, last_turn=9)), 3) == [2, 1, 2]
    assert [seat.turn for seat in people] == [11, 12]
