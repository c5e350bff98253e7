"""Running operations: closed loop, ours and its floors in turn, each answer looked at."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError
from typing import Any

from crm.benchmark import statistics
from crm.benchmark.client import Answer, Client, floor_request
from crm.benchmark.floor import run
from crm.benchmark.operations.model import Case, Operation
from crm.benchmark.results import BARE, OURS, RAW, Result, Timing
from crm.benchmark.world import RefusedError, World, accepted

WARM_UP = 8  # rounds; the driver prepares a statement at its sixth run
HEAVY_SHARE = 20  # a heavy operation is repeated so many times less
LEAST = 3  # repetitions, however long they take
SLICES = 3  # in which several clients alternate between ours and the floor
START_SECONDS = 120.0
Call = Callable[[], Answer | None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: at most so many repetitions and so many seconds for each operation."""

    repetitions: int
    seconds: float

    def rounds_of(self, operation: Operation) -> int:
        return max(self.repetitions // (HEAVY_SHARE if operation.is_heavy else 1), LEAST)


class Sides:
    """The ways to have a case done: through our server, through the floor's (W), by SQL alone (S)."""

    def __init__(self, world: World) -> None:
        self._ours = Client(world.sites.ours)
        self._floor = Client(world.sites.floor)
        self._raw = world.database.connect()

    def close(self) -> None:
        for connection in (self._ours, self._floor, self._raw):
            connection.close()

    def calls(self, case: Case) -> dict[str, Call]:
        """What to call for each side; requests are made here, before the clock runs."""
        calls: dict[str, Call] = {OURS: lambda: self._ours.send(case.ours)}
        if case.floor is not None:
            work, request = case.floor, floor_request(case.floor)
            calls[BARE] = lambda: self._floor.send(request)
            calls[RAW] = lambda: run(self._raw, work) and None
        return calls


def measure(operation: Operation, world: World, effort: Effort) -> Result:
    """Measure one operation. What cannot be measured is a result with a note, so that the others go on."""
    world.sign_in()
    sides = Sides(world)
    try:
        if operation.check is not None:
            operation.check(world)
        for _ in range(WARM_UP if not operation.is_heavy else 1):
            _round(operation.draw(world), sides)
        if operation.clients > 1:
            timings = _measure_side_by_side(operation, world, effort)
        else:
            timings = _measure_in_turn(operation, world, effort, sides)
        counted = statistics.count(operation, world)
    except RefusedError as error:
        return Result(note=f"not available ({error.answer.status})" if error.is_missing else str(error))
    finally:
        sides.close()
    return Result(
        sides=timings,
        statements=counted.statements if counted else None,
        database_ms=counted.milliseconds if counted else None,
    )


def _measure_in_turn(operation: Operation, world: World, effort: Effort, sides: Sides) -> dict[str, Timing]:
    durations: dict[str, list[float]] = {}
    deadline = time.monotonic() + effort.seconds
    for number in range(effort.rounds_of(operation)):
        if number >= LEAST and time.monotonic() > deadline:
            break
        for name, seconds in _round(operation.draw(world), sides).items():
            durations.setdefault(name, []).append(seconds)
    return {name: Timing.of(found, sum(found)) for name, found in durations.items()}


def _measure_side_by_side(operation: Operation, world: World, effort: Effort) -> dict[str, Timing]:
    """Every client is a process with connections of its own; ours and W take turns of some seconds."""
    durations: dict[str, list[float]] = {OURS: [], BARE: []}
    for number in range(SLICES):
        for name in durations:
            seed = f"{world.seed}:{number}"
            durations[name] += _slice(operation, world, name, effort.seconds / SLICES, seed=seed)
    return {name: Timing.of(found, effort.seconds) for name, found in durations.items()}


def _round(case: Case, sides: Sides) -> dict[str, float]:
    """Seconds of each side for the same case."""
    return {name: _seconds_of(name, call, case) for name, call in sides.calls(case).items()}


def _seconds_of(side: str, call: Call, case: Case) -> float:
    """Call, look at the answer, and tell what the call took. Raises RefusedError."""
    began = time.perf_counter()
    answer = call()
    seconds = time.perf_counter() - began
    if answer is not None:
        accepted(answer)
        if side == OURS and not case.is_done(case.shown(answer)):
            raise RefusedError(answer, f"the work was not done: {answer.beginning}")
    return seconds


def _slice(operation: Operation, world: World, side: str, seconds: float, *, seed: str) -> list[float]:
    """The durations of all clients, who work at the same time for so many seconds."""
    context = get_context("fork")
    told: Queue[Any] = context.Queue()
    barrier = context.Barrier(operation.clients)
    clients = [
        context.Process(
            target=_client, args=(operation, world, side, seconds, f"{seed}:{number}", barrier, told)
        )
        for number in range(operation.clients)
    ]
    for client in clients:
        client.start()
    try:
        answers = [told.get(timeout=START_SECONDS + seconds) for _ in clients]
    finally:
        for client in clients:
            client.join(5)
            client.kill()
    refused = [answer for answer in answers if isinstance(answer, tuple)]
    if refused:
        raise RefusedError(*refused[0])
    return [duration for durations in answers for duration in durations]


def _client(
    operation: Operation,
    world: World,
    side: str,
    seconds: float,
    seed: str,
    barrier: Barrier,
    told: "Queue[Any]",
) -> None:
    """One client's closed loop, in a process of its own; tells its durations, or what went wrong."""
    world.random.seed(seed)
    sides = Sides(world)
    durations: list[float] = []
    try:
        _one(operation, world, sides, side)
        barrier.wait(START_SECONDS)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            durations.append(_one(operation, world, sides, side))
        told.put(durations)
    except RefusedError as error:
        barrier.abort()
        told.put((error.answer, str(error)))
    except BrokenBarrierError:
        told.put([])  # another client tells why
    finally:
        sides.close()


def _one(operation: Operation, world: World, sides: Sides, side: str) -> float:
    case = operation.draw(world)
    return _seconds_of(side, sides.calls(case)[side], case)
