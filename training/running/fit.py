"""`fit`: a whole training run in a folder, from shards to a checkpoint, that can be stopped and goes on exactly."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from torch import nn

from scenegen.counting import counted
from scenegen.shards import located
from scenegen.terminal import terminal
from training.devices import choose_device, denormals_as_zero
from training.running import run_folder
from training.running.distributed import connected, from_environment, replicated
from training.running.interrupt import Stop, stopping
from training.running.job import TrainingRun, open_job
from training.running.logs import Display
from training.running.loop import train
from training.running.watch import Watcher
from training.settings import AnySettings, Every


@dataclass(frozen=True)
class Outcome:
    """How a call of `fit` ended."""

    step: int
    """Steps done, over all calls."""
    steps: int
    """Steps of the run."""
    began: int
    """Steps that were done before this call."""
    first: bool = True
    """Whether this process is the one that prints."""
    validated: bool = True
    """Whether the folder has a split `val`."""

    @property
    def finished(self) -> bool:
        """Whether the run has all its steps."""
        return self.step >= self.steps


def fit(
    settings: AnySettings,
    folder: Path,
    out: Path,
    device: str = "auto",
    *,
    resume: bool = True,
    compile: bool = False,
    every: Every | None = None,
    console: Console | None = None,
) -> Outcome:
    """Train a network on the split `train` of a folder, and leave everything in the folder `out`.

    The folder holds shards, or pictures where the settings say how views are made of them.

    The same call again goes on from the last checkpoint, to the same weights as an uninterrupted run (bit for bit on
    a CPU with the same number of threads); a finished run is left as it is; `resume=False` begins anew. A first Ctrl-C
    or SIGTERM ends the run after the current step, with a checkpoint. Under torchrun each process calls it.
    Raises TrainingError and ShardError with a line for the user.
    """
    world = from_environment()
    target = choose_device(device, world.local_rank)
    world.share(settings.batch)
    console = (console or terminal()) if world.first else Console(quiet=True)
    with connected(world, target), stopping() as stop, denormals_as_zero():
        job = open_job(settings, located(folder), Path(out), target, world, resume, every or Every())
        if job.start >= job.steps:
            return _outcome(job, job.start)
        world.wait()  # all have read the folder before the first one changes it
        _prepare(job, resume)
        step = _run(job, stop, console, compile)
        return _outcome(job, step)


def _outcome(job: TrainingRun, step: int) -> Outcome:
    """How a call ended after `step`."""
    return Outcome(step, job.steps, job.start, job.world.first, job.validation is not None)


def _prepare(job: TrainingRun, resume: bool) -> None:
    """The folder, ready for the first step."""
    if not job.world.first:
        return
    if not resume:
        run_folder.clear(job.out)
    run_folder.begin(job.out, job.settings, job.facts() | run_folder.as_facts(job.shown))


def _run(job: TrainingRun, stop: Stop, console: Console, compile: bool) -> int:
    """The steps that are left, with all who watch them; returns the steps done."""
    with Display(console, job.steps, job.start, job.settings.batch) as display:
        display.say(_opening(job))
        if job.validation is None:
            display.say("there is no split val: there will be no validation curve", style="yellow")
        watcher = Watcher(job, stop, display)
        try:
            # One process stops before its next batch; several must agree, which the watcher sees to.
            batches = stop.until(job.batches()) if job.world.size == 1 else job.batches()
            states = train(
                job.trainee,
                batches,
                job.optimizer,
                job.settings,
                steps=job.steps,
                start=job.start,
                device=job.device,
                places=job.world.places,
                forward=_forward(job, compile),
            )
            return watcher.follow(states)
        finally:
            watcher.close()
            if remark := job.data.remark():
                display.say(remark)


def _forward(job: TrainingRun, compile: bool) -> nn.Module:
    """The trainee as each step calls it."""
    if compile:
        job.trainee.compile()
    return replicated(job.trainee, job.world, job.device)


def _opening(job: TrainingRun) -> str:
    """The first line of a run."""
    begin = f"going on from step {job.start}" if job.start else "training"
    processes = f", {job.world.size} processes" if job.world.size > 1 else ""
    return (
        f"{begin}: {counted(job.steps, 'step')} of {counted(job.settings.batch, 'pair')} from {len(job.data):,}, "
        f"{job.settings.data.crop} px windows, on {job.facts()['device']}{processes}"
    )
