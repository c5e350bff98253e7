"""The way a lead goes: from its outcome to dated steps, each allowed by TRANSITIONS, none after today."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import log
from typing import NamedTuple
from zoneinfo import ZoneInfo

from leads.choices import CONVERTED, Disposition
from leads.services.demo.dice import Dice
from leads.services.demo.outcomes import Hands, Outcome
from leads.services.demo.standing import Standing

D = Disposition
OPENS, CLOSES = 9, 20  # hours of the business day in which agents call
ANSWERED_AT_ONCE = 0.42
SKIPPED = {D.QUALIFIED: 0.08, D.IN_PROGRESS: 0.25, D.AWAITING_PROOF: 0.5}  # chance to jump over a stage
FORWARD = (D.CONTACTED, D.QUALIFIED, D.IN_PROGRESS, D.DOCS_SENT, D.AWAITING_PROOF, D.RETAINED)
CASE_CLOSED = 0.55  # of retainers that are worked to the end within the year

# Mean hours until a stage is reached from the one before, and until the ways out.
HOURS = {
    D.CONTACTED: 16, D.QUALIFIED: 3, D.IN_PROGRESS: 14, D.DOCS_SENT: 30, D.AWAITING_PROOF: 80, D.RETAINED: 110, D.CLOSED: 900,
    D.NOT_INTERESTED: 110, D.NOT_QUALIFIED: 5, D.REJECTED: 60, D.RETURNED: 40,
}  # fmt: skip
SPREAD = 0.5  # of the logarithm of the minutes until the first call


class Step(NamedTuple):
    """One change of disposition."""

    at: datetime
    to: Disposition


def draw_hands(skill: float, median_minutes: float, arrived: datetime, zone: ZoneInfo, random: Dice) -> Hands:
    """How soon the agent calls: within minutes while the office is open, else in the morning."""
    minutes = random.lognormvariate(log(median_minutes), SPREAD * 1.6)
    called = office_time(arrived + timedelta(minutes=minutes), zone, random)
    return Hands(skill, (called - arrived) / timedelta(minutes=1))


def office_time(at: datetime, zone: ZoneInfo, random: Dice) -> datetime:
    """`at`, or soon after the office opens next."""
    local = at.astimezone(zone)
    if OPENS <= local.hour < CLOSES:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= CLOSES else 0)
    opening = datetime.combine(day, time(OPENS), tzinfo=zone).astimezone(at.tzinfo)
    return opening + timedelta(minutes=random.expovariate(1 / 25))


@dataclass(frozen=True, slots=True)
class Journey:
    """Draws the steps of one lead that arrived at `arrived` and stands at `standing` at `now`."""

    arrived: datetime
    now: datetime
    standing: Standing
    zone: ZoneInfo
    random: Dice

    def steps(self, outcome: Outcome, hands: Hands) -> list[Step]:
        """The steps taken until now, oldest first."""
        if self.standing == Standing.WAITING:
            return []
        return self._until_now(
            self._dated(_stages(outcome, self.random), hands), is_duplicate=outcome.end == D.DUPLICATE
        )

    def _dated(self, stages: list[Disposition], hands: Hands) -> list[Step]:
        at = self.arrived + timedelta(minutes=hands.minutes)
        steps = [Step(at, stages[0])]
        for stage in stages[1:]:
            wait = timedelta(hours=self.random.expovariate(1 / HOURS.get(stage, 20)) + 0.05)
            at = office_time(at + wait, self.zone, self.random)
            steps.append(Step(at, stage))
        return steps

    def _until_now(self, steps: list[Step], *, is_duplicate: bool) -> list[Step]:
        """An open lead's journey is cut before its end; a resolved one's is hurried so that it ends before now."""
        age = self.now - self.arrived
        end = next((step.at for step in steps if step.to in CONVERTED), steps[-1].at) - self.arrived
        if self.standing == Standing.OPEN and not is_duplicate:
            pace = max(1.0, age * self.random.uniform(1.05, 2.5) / end)
        else:
            pace = min(1.0, age * self.random.uniform(0.5, 0.97) / end)
        return [step for step in self._paced(steps, pace) if step.at < self.now]

    def _paced(self, steps: list[Step], pace: float) -> list[Step]:
        if pace == 1.0:
            return steps
        return [Step(self.arrived + (step.at - self.arrived) * pace, step.to) for step in steps]


def _stages(outcome: Outcome, random: Dice) -> list[Disposition]:
    """The dispositions after New."""
    if outcome.end == D.DUPLICATE:
        return [D.DUPLICATE]
    stages = [] if outcome.reached != D.ATTEMPTING and random.random() < ANSWERED_AT_ONCE else [D.ATTEMPTING]
    for stage in FORWARD if outcome.reached != D.ATTEMPTING else ():
        if stage == outcome.reached:
            stages.append(stage)
            break
        if random.random() >= SKIPPED.get(stage, 0.0):
            stages.append(stage)
    if outcome.end != D.RETAINED:
        stages.append(outcome.end)
    elif outcome.withdrawn:
        stages.append(random.choice((D.REJECTED, D.RETURNED)))
    elif random.random() < CASE_CLOSED:
        stages.append(D.CLOSED)
    return stages
