"""Which of many moves of leads between agents there is room for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID


class Move(NamedTuple):
    """One lead's places before and after: the agents' ids, None for an agent's place that it does not take."""

    lead_id: UUID
    gives_back: int | None
    takes: int | None


def refused_moves(moves: Sequence[Move], room: Mapping[int, int]) -> set[UUID]:
    """The leads to leave alone, so that all others can move at once and no agent ends above the own maximum.

    `room` is `max_capacity - capacity` of every agent a place is taken of; who is above the maximum already (negative
    room) may lose leads and gain none. Each lead moves once. Of an agent's new leads the last ones are refused, as few
    as must be; a refused lead keeps the place that it would have given back, which may refuse another one.
    """
    gained: Counter[int] = Counter()
    takers: defaultdict[int, list[Move]] = defaultdict(list)
    for move in moves:
        if move.takes is not None and move.takes != move.gives_back:
            takers[move.takes].append(move)
            gained[move.takes] += 1
        if move.gives_back is not None and move.takes != move.gives_back:
            gained[move.gives_back] -= 1

    refused: set[UUID] = set()
    unsettled = list(takers)
    while unsettled:
        agent = unsettled.pop()
        while gained[agent] > max(room.get(agent, 0), 0):
            last = takers[agent].pop()
            refused.add(last.lead_id)
            gained[agent] -= 1
            if last.gives_back is not None:
                gained[last.gives_back] += 1
                unsettled.append(last.gives_back)
    return refused
