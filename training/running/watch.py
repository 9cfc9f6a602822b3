"""Who looks at the steps of a run: log, validation, health, pace, checkpoints. Only the first process writes."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from training.data.batch import PairBatch
from training.data.loader import fixed_batches
from training.running.checkpoint import NAME, save
from training.running.health import Health, check, measure_health
from training.running.interrupt import Stop
from training.running.job import TrainingRun
from training.running.logs import HEALTH, LOG, PACE, VALIDATION, Display, RunLog, read_lines
from training.running.loop import StepState
from training.running.metric_buffer import MetricBuffer
from training.running.pace import Pace
from training.running.validation import validate


class Watcher:
    """The consumer of a run's states: `follow` takes all of them and does what is due after each."""

    def __init__(self, job: TrainingRun, stop: Stop, display: Display) -> None:
        self.job, self.stop, self.display = job, stop, display
        self.buffer = MetricBuffer()
        self.log = RunLog(job.out, job.start) if job.world.first else None
        self.healths = read_healths(job.out) if job.world.first else []
        self.ringing = False
        self.validation = _validation_batches(job)
        # Reading a number waits for the GPU, so there it is done for ten steps at a time.
        self.read_every = 1 if job.device.type == "cpu" else 10
        self.pace = Pace(job.device, read_lines(job.out / PACE) if job.start else ())

    def follow(self, states: Iterator[StepState]) -> int:
        """Watch all steps, and the untrained network first; returns the number of steps done, over all calls."""
        step = self.job.start
        with self.pace.standing():
            if step == 0:
                self._validate(0)
        for state in states:
            step = state.step
            self.buffer.add(state)
            if self._due(step):
                self._look(state)
                if self._agreed_stop():
                    break
        if step < self.job.steps:
            self._record()
            self._checkpoint(step)
        return step

    def close(self) -> None:
        """Bring the logs to the disk."""
        if self.log is not None:
            self.log.close()

    def _due(self, step: int) -> bool:
        """Whether anything is to be done after a step: the same in all processes."""
        every = self.job.every
        turns = (self.read_every, every.validate_every, every.health_every, every.checkpoint_every)
        return step == self.job.steps or any(step % turn == 0 for turn in turns)

    def _look(self, state: StepState) -> None:
        """Do what is due after a step."""
        step, every, last = state.step, self.job.every, state.step == self.job.steps
        self._record()
        with self.pace.standing():
            if step % every.validate_every == 0 or last:
                self._validate(step)
            if step % every.health_every == 0 or last:
                self._check(state)
            if step % every.checkpoint_every == 0 or last:
                self._checkpoint(step)

    def _agreed_stop(self) -> bool:
        """Whether any of several processes was asked to stop (one alone sees that before its next batch)."""
        world = self.job.world
        wish = torch.tensor([float(self.stop.requested)], device=self.job.device)
        return world.size > 1 and bool(world.mean(wish) > 0)

    def _record(self) -> None:
        """Read the steps' numbers, log and show them."""
        records = self.buffer.read(self.job.world)
        if self.log is None or not records:
            return
        for record in records:
            self.log.write(LOG, record.step, record.numbers)
        self.display.update(records[-1].step, records[-1].losses["total"])

    def _validate(self, step: int) -> None:
        """The validation loss and how well the descriptors match, logged and shown."""
        if self.log is None or not self.validation:
            return
        job = self.job
        found = validate(job.trainee, self.validation, job.settings, job.device)
        self.log.write(VALIDATION, step, found)
        self.display.say(f"step {step}: validation loss {found['total']:+.4f}, PCK@5 {100 * found['pck5']:.1f} %")

    def _check(self, state: StepState) -> None:
        """The health of this batch's features; said aloud when the alarm begins to ring."""
        if self.log is None:
            return
        health = measure_health(
            state.cells0, state.cells1, state.matches, self.job.scale, self.job.trainee.network.lattice
        )
        self.healths.append(health)
        alarm = check(self.healths)
        histograms = {name: list(getattr(health, name)) for name in _HISTOGRAMS}
        self.log.write(HEALTH, state.step, health.numbers(), **histograms, alarm=alarm)
        if alarm is not None and not self.ringing:
            self.display.say(f"step {state.step}: {alarm}", style="bold yellow")
        self.ringing = alarm is not None

    def _checkpoint(self, step: int) -> None:
        """Logs first, so that they are never behind the checkpoint."""
        if self.log is not None:
            self.log.write(PACE, step, self.pace.numbers())
            self.log.sync()
            save(self.job.out / NAME, self.job.checkpoint(step))


_HISTOGRAMS = ("positive_histogram", "negative_histogram")


def read_healths(run: Path) -> list[Health]:
    """The checks that a run logged, oldest first."""
    return [_health(record) for record in read_lines(run / HEALTH)]


def _health(record: dict[str, Any]) -> Health:
    """A check from its record: null stands for NaN."""
    values = {name: value for name, value in record.items() if name not in ("step", "alarm", *_HISTOGRAMS)}
    numbers: dict[str, Any] = {name: math.nan if value is None else value for name, value in values.items()}
    numbers |= {name: tuple(record[name]) for name in _HISTOGRAMS}
    return Health(**numbers)


def _validation_batches(job: TrainingRun) -> list[PairBatch]:
    """The fixed pairs of the validation, read once and kept on the CPU; none for processes that do not write."""
    if job.validation is None or not job.world.first:
        return []
    batches = fixed_batches(job.validation, job.settings.batch, job.every.validation_pairs)
    return [batch for batch in batches if len(batch) >= job.least_pairs]
